import type { LoadQuestion } from './messages.js';

/**
 * Answers the parent's questions, one after the other. A failure is printed and ends the process, which the parent hears of.
 *
 * @example
 * ```ts
 * answerParent(async ({ ask }) => (ask === 'read' ? read() : null));
 * ```
 */
export function answerParent(answer: (question: LoadQuestion) => Promise<unknown>): void {
  process.on('message', (question: LoadQuestion) => {
    answer(question).then(
      (reply) => process.send?.(reply ?? {}, () => question.ask === 'close' && process.exit(0)),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
  // The parent is gone: nobody asks any more.
  process.on('disconnect', () => process.exit(0));
}
