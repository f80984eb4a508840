/** What is on the page, whoever draws it. */
export interface Stage {
  setControls(kind: 'orbit' | 'fly'): void;
  setReproject(reproject: boolean): void;
  dispose(): void;
}
