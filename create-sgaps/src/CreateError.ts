/** Why no project was made, for programs: `USAGE` for a command line that makes no sense. */
export type CreateErrorCode = 'USAGE' | 'FOLDER_NOT_EMPTY' | 'FOLDER_UNUSABLE' | 'CANCELLED';

const EXIT_CODES: Readonly<Record<CreateErrorCode, number>> = {
  FOLDER_NOT_EMPTY: 1,
  FOLDER_UNUSABLE: 1,
  USAGE: 2,
  // What a shell says of a program that was ended by Ctrl-C.
  CANCELLED: 130,
};

/**
 * No project was made; `message` says what to do about it.
 *
 * @example
 * ```ts
 * throw new CreateError('FOLDER_NOT_EMPTY', 'The folder my-game is not empty. Name another.');
 * ```
 */
export class CreateError extends Error {
  override readonly name = 'CreateError';

  constructor(
    readonly code: CreateErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** What the program ends with. */
  get exitCode(): number {
    return EXIT_CODES[this.code];
  }
}
