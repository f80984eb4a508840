/** What is on the page, whoever draws it. */
export interface Stage {
  /** What the scene says of itself. */
  readonly about: Readonly<Record<string, unknown>>;
  setControls(kind: 'orbit' | 'fly'): void;
  setReproject(reproject: boolean): void;
  /** Pixels of the remote picture for one of the canvas. */
  setResolution(resolution: number): void;
  dispose(): void;
}
