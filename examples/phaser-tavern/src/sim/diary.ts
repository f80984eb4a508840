import { HOUSE, type Inn } from './Inn.js';

const THOUGHTS = [
  'I said that I would only stay for the winter. I have said that before.',
  'She writes that nobody believed me. I did not believe me either.',
  'Somebody laughed tonight, and it was not at me.',
  'He knows where I am, then. The kettle has boiled three times since I read it.',
  'I wrote to him. It took all night and it is four lines long.',
  'They come tomorrow, or they do not. I have swept the step twice.',
  'He drank the tea. He said that the roof would hold.',
];

/** What the hero writes at night: the evening, the money, and what nobody is to read. */
export function diaryOf({ day, ledger, coins, fame }: Inn): string {
  const { served, sent } = ledger;
  const evening =
    sent === 0 ? `All ${served} of them went to bed content.` : `${served} went to bed content and ${sent} went without.`;
  const money =
    coins < 0 ? 'There is not enough for the rent.' : coins >= HOUSE ? 'The box is heavy.' : `${coins} pennies in the box.`;
  const talk =
    fame >= 8
      ? 'They speak well of us as far as the bridge.'
      : fame <= 2
        ? 'They speak of us, and not well.'
        : 'They do not speak of us yet.';
  return `${evening} ${money} ${talk} ${THOUGHTS[(day - 1) % THOUGHTS.length]}`;
}
