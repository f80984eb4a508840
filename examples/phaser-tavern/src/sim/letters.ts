/** Private letters, by the day on which they come. */
const LETTERS: Readonly<Record<number, string>> = {
  2: 'I heard that you took the old house. You always said that you would, and nobody believed it but me. I put four pennies into the seam of this letter. Do not tell Father.',
  4: 'He knows. He was not angry, he was quiet, which is worse. He asked whether the roof holds. I think he would come if you wrote to him, and I think that you will not. Write to him.',
  6: 'We leave on Sunday and pass through your valley. He will pretend to be thirsty. Give him the mint tea, he likes it, and say nothing about the year you were away. I will cough if it goes wrong.',
};

/** The letter of a day, or undefined. */
export function letterOf(day: number): string | undefined {
  return LETTERS[day];
}
