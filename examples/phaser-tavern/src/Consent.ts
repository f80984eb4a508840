/** The player's answer to whether the game may be recorded. The recorder waits for it before it samples anything or opens a connection. */
export class Consent {
  /** Undefined until asked. */
  answer: boolean | undefined;
  private waiting: ((answer: boolean) => void)[] = [];

  /** For the recorder's option `consent`: resolves with the answer once there is one. */
  ask(): Promise<boolean> {
    if (this.answer !== undefined) return Promise.resolve(this.answer);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  give(answer: boolean): void {
    this.answer = answer;
    for (const resolve of this.waiting.splice(0)) resolve(answer);
  }
}
