/**
 * Looks of both elements. Colours and corners are custom properties of the host, its pieces are parts. Of each default colour the first is for light, the
 * second for dark, which is what an element is unless its page says `color-scheme: inherit`. What lies on the picture is dark always.
 */
const SHARED = `
:host {
  --_bg: var(--sgaps-bg, light-dark(#f5f7fa, #0a0d13));
  --_panel: var(--sgaps-panel, light-dark(#ffffff, #11161f));
  --_own-panel-2: var(--sgaps-panel-2, light-dark(#eaeff5, #171e2a));
  --_own-line: var(--sgaps-line, light-dark(#d8dfe9, #232c3b));
  --_own-text: var(--sgaps-text, light-dark(#17202e, #e6edf6));
  --_own-soft: var(--sgaps-soft, light-dark(#526077, #93a1b5));
  --_own-accent: var(--sgaps-accent, light-dark(#0b7568, #5eead4));
  --_accent-ink: var(--sgaps-accent-ink, light-dark(#ffffff, #04211c));
  --_accent-2: var(--sgaps-accent-2, light-dark(#2b5fd0, #7aa2ff));
  --_radius: var(--sgaps-radius, 14px);
  --_faint: light-dark(rgb(82 96 119 / 26%), rgb(147 161 181 / 32%));
  --_hover: light-dark(rgb(82 96 119 / 14%), rgb(147 161 181 / 18%));
  --_live: light-dark(#b3122f, #ff8296);
  --_target: 40px;
  display: block;
  position: relative;
  min-width: 240px;
  color-scheme: dark;
  font: 1rem / 1.5 var(--sgaps-font, Inter, ui-sans-serif, system-ui, "Segoe UI", Roboto, sans-serif);
  -webkit-tap-highlight-color: transparent;
}
@media (pointer: coarse) { :host { --_target: 44px; } }
.player, .popup, .bubble {
  --_panel-2: var(--_own-panel-2);
  --_line: var(--_own-line);
  --_text: var(--_own-text);
  --_soft: var(--_own-soft);
  --_accent: var(--_own-accent);
  color: var(--_text);
}
.stage, .player:not(.docked) .controls {
  --_panel-2: #171e2a;
  --_line: #232c3b;
  --_text: var(--sgaps-over-text, #e6edf6);
  --_soft: var(--sgaps-over-soft, #b4c0d0);
  --_accent: var(--sgaps-over-accent, var(--_own-accent));
  color-scheme: dark;
  color: var(--_text);
}
:host([hidden]), [hidden] { display: none !important; }
*, *::before, *::after { box-sizing: border-box; }
button, input { font: inherit; color: inherit; }
button { margin: 0; }
p { margin: 0; }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.spring { flex: 1; }

.player {
  container: player / inline-size;
  position: relative;
  display: grid;
  grid-template-rows: minmax(0, 1fr) auto;
  width: 100%;
  height: 100%;
  overflow: hidden;
  border-radius: var(--_radius);
  background: var(--_panel);
  box-shadow: 0 0 0 1px var(--_line), 0 24px 60px light-dark(rgb(23 32 46 / 14%), rgb(0 0 0 / 45%));
}
.player:focus-visible { outline-offset: -2px; }
.stage {
  position: relative;
  grid-area: 1 / 1;
  aspect-ratio: var(--ratio, 1.7778);
  width: 100%;
  min-height: 0;
  height: 100%;
  max-height: var(--sgaps-max-height, calc(100dvh - 9rem));
  overflow: hidden;
  background: repeating-conic-gradient(#0d1219 0 25%, #10161f 0 50%) 0 0 / 24px 24px;
  touch-action: manipulation;
  user-select: none;
}
.player.playing.idle { cursor: none; }
.pictures, .pictures canvas, .poster { position: absolute; inset: 0; width: 100%; height: 100%; }
.pictures canvas, .poster { object-fit: contain; }
.player.started .stage { background: #05070a; }
.player.pixelated .pictures canvas { image-rendering: pixelated; }
.overlay { pointer-events: none; }
:host(:fullscreen) { width: 100vw; height: 100vh; background: #000; }
/* The graph takes its room from the picture. */
.player:has(.graph:not([hidden])) .stage { max-height: var(--sgaps-max-height, calc(100dvh - 17rem)); }
:host(:fullscreen) .stage { max-height: none; }
:host(:fullscreen) .player { border-radius: 0; box-shadow: none; background: #000; }

.controls {
  grid-area: 1 / 1;
  min-width: 0;
  align-self: end;
  position: relative;
  z-index: 2;
  padding: 2.6rem 0.9rem 0.45rem;
  background: linear-gradient(transparent, rgb(5 8 12 / 62%) 45%, rgb(5 8 12 / 88%));
  transition: opacity 0.2s, translate 0.2s;
}
.player.idle:not(.docked) .controls { opacity: 0; translate: 0 0.5rem; pointer-events: none; }
.player.docked .controls { grid-area: 2 / 1; padding: 0.55rem 0.9rem 0.45rem; background: var(--_panel); border-top: 1px solid var(--_line); }

.scrub { position: relative; display: grid; align-items: center; height: 40px; margin: -8px 0 -6px; cursor: pointer; touch-action: none; border-radius: 8px; }
.scrub[aria-disabled="true"] { cursor: default; }
.scrub:focus-visible { outline-offset: -6px; }
.track { --at: 0; --hover: 0; position: relative; height: 5px; border-radius: 3px; background: var(--_faint); transition: height 0.12s; }
.scrub:hover .track, .scrub:focus-visible .track { height: 7px; }
.played, .hover, .range { position: absolute; inset: 0; border-radius: inherit; transform-origin: left; }
.played { width: calc(100% * var(--at)); background: var(--_accent); }
.hover { width: calc(100% * var(--hover)); background: var(--_faint); }
.range { left: calc(100% * var(--from)); right: calc(100% * (1 - var(--to))); background: rgb(122 162 255 / 45%); }
.knob { position: absolute; top: 50%; left: calc(100% * var(--at)); width: 15px; height: 15px; margin: -7.5px; border-radius: 50%; background: light-dark(var(--_accent), #fff); box-shadow: 0 1px 6px rgb(0 0 0 / 60%); transition: scale 0.12s; }
.scrub[aria-disabled="true"] .knob { display: none; }
.scrub:active .knob { scale: 1.2; }
.ticks { position: absolute; inset: 0; }
.tick { position: absolute; top: -7px; width: 9px; height: 7px; margin-left: -4.5px; background: var(--_accent-2); clip-path: polygon(0 0, 100% 0, 50% 100%); }
.tick::after { content: ""; position: absolute; }
.bubble {
  --hover: 0;
  position: absolute;
  bottom: calc(100% - 4px);
  left: clamp(86px, calc(100% * var(--hover)), calc(100% - 86px));
  translate: -50% 0;
  display: grid;
  justify-items: center;
  max-width: 172px;
  overflow: hidden;
  border: 1px solid var(--_line);
  border-radius: 10px;
  background: var(--_panel);
  box-shadow: 0 8px 30px light-dark(rgb(23 32 46 / 20%), rgb(0 0 0 / 55%));
  font-size: 0.8rem;
  font-variant-numeric: tabular-nums;
  pointer-events: none;
}
.bubble .thumbnail { width: 170px; display: block; }
.bubble .name { max-width: 170px; padding: 0.1rem 0.6rem 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--_accent-2); font-weight: 600; }
.bubble .name:empty { display: none; }
.bubble .at { padding: 0.1rem 0.6rem; }

.bar { display: flex; align-items: center; gap: 0.1rem; min-height: 44px; }
.icon { flex: none; display: grid; place-items: center; width: var(--_target); height: var(--_target); padding: 0; border: 0; border-radius: 50%; background: none; cursor: pointer; transition: background 0.15s; }
.icon:hover { background: var(--_hover); }
.icon:disabled { opacity: 0.4; cursor: default; }
.icon svg { width: 19px; height: 19px; fill: currentcolor; }
.icon.text { width: auto; min-width: 44px; padding: 0 0.5rem; border-radius: 20px; font-weight: 600; font-size: 0.92rem; font-variant-numeric: tabular-nums; }
.icon.play { background: var(--_accent); color: var(--_accent-ink); width: 44px; height: 44px; margin: 0 0.15rem; }
.icon.play:not(:disabled):hover { filter: brightness(1.12); }
.icon[aria-pressed="true"] { color: var(--_accent); background: color-mix(in srgb, var(--_accent) 13%, transparent); }
.more { display: none; }
.time { margin: 0 0.5rem; color: var(--_soft); font-variant-numeric: tabular-nums; font-size: 0.92rem; white-space: nowrap; }
.time b { color: var(--_text); font-weight: 600; }
.live { display: inline-flex; align-items: center; gap: 0.4rem; min-height: var(--_target); padding: 0 0.75rem; border: 0; border-radius: 99px; background: none; color: var(--_soft); font-size: 0.78rem; font-weight: 700; letter-spacing: 0.04em; text-transform: uppercase; cursor: pointer; }
.live::before { content: ""; width: 0.55rem; height: 0.55rem; border-radius: 50%; background: currentcolor; }
.live:hover { color: var(--_text); }
.live[aria-pressed="true"] { color: var(--_live); }
.live[aria-pressed="true"]::before { animation: pulse 1.6s step-end infinite; }
@keyframes pulse { 50% { opacity: 0.25; } }

.popup { position: fixed; inset: auto; margin: 0; padding: 0.4rem; min-width: 9rem; max-width: min(26rem, 100vw); overflow: auto; border: 1px solid var(--_line); border-radius: 12px; background: var(--_panel); color: var(--_text); box-shadow: 0 12px 40px light-dark(rgb(23 32 46 / 24%), rgb(0 0 0 / 60%)); }
.popup.sheet { left: 0; width: 100vw; max-width: none; padding: 0.6rem 0.8rem 1rem; border-radius: 16px 16px 0 0; border-width: 1px 0 0; }
.popup.sheet::backdrop { background: rgb(4 6 10 / 55%); }
.popup.dialog { min-width: 15rem; padding-top: 0; }
.popup .head { position: sticky; top: 0; z-index: 1; display: flex; align-items: center; justify-content: space-between; margin: 0 -0.4rem 0.2rem; padding: 0.2rem 0.4rem 0.2rem 1.1rem; border-bottom: 1px solid var(--_line); background: var(--_panel); font-weight: 600; font-size: 0.95rem; }
.popup .head .icon svg { width: 15px; height: 15px; }
.popup.sheet .head { margin-inline: -0.8rem; padding-inline: 1.4rem 0.6rem; }
.item { display: flex; align-items: center; gap: 0.6rem; width: 100%; min-height: var(--_target); padding: 0 0.7rem; border: 0; border-radius: 8px; background: none; text-align: left; cursor: pointer; }
.item:hover, .item:focus-visible { background: var(--_panel-2); }
.item:focus-visible { outline-offset: -2px; }
.item svg { width: 18px; height: 18px; fill: currentcolor; flex: none; }
.item .glyph { width: 18px; text-align: center; }
.item:has(:disabled), p.item { color: var(--_soft); cursor: default; }
p.item { margin: 0; }
.item small { color: var(--_soft); overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.item .at { color: var(--_accent); font-variant-numeric: tabular-nums; min-width: 3.6rem; }
.item.passed .at { color: var(--_soft); }
.item[role="menuitemradio"]::before { content: ""; width: 0.5rem; height: 0.5rem; border-radius: 50%; }
.item[aria-checked="true"]::before { background: var(--_accent); }
.item[aria-checked="true"] { color: var(--_accent); font-weight: 600; }
.item input[type="checkbox"] { width: 18px; height: 18px; margin: 0; accent-color: var(--_accent); }
.item input[type="range"] { flex: 1; min-width: 6rem; accent-color: var(--_accent); }
.swatch, .scale { display: inline-flex; width: 56px; height: 9px; border-radius: 5px; overflow: hidden; background-color: #5b6675; }
.swatch i { flex: 1; }
.keys { display: grid; grid-template-columns: auto 1fr; gap: 0.35rem 0.9rem; margin: 0.4rem 0.6rem; font-size: 0.9rem; }
.keys dt, .keys dd { margin: 0; }
.keys dd { color: var(--_soft); }
kbd { padding: 0 0.38rem; border: 1px solid var(--_line); border-bottom-width: 2px; border-radius: 5px; background: var(--_panel-2); font: 0.8rem ui-monospace, monospace; }

.graph { display: grid; gap: 0.35rem; padding: 0.2rem 0 0.35rem; }
.plot { position: relative; height: 96px; border-radius: 8px; color-scheme: dark; background: #0a0e15; box-shadow: inset 0 0 0 1px var(--_line); overflow: hidden; cursor: pointer; touch-action: pan-y; }
.plot canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
.playhead { position: absolute; inset: 0 auto 0 calc(100% * var(--at, 0)); width: 1px; background: #fff; }
.plot .hint { position: absolute; inset: 0; display: grid; place-items: center; color: #b4c0d0; }
.plot .hint:empty { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 0.35rem; }
.chip { display: inline-flex; align-items: center; gap: 0.45rem; min-height: max(30px, var(--_target) - 8px); padding: 0 0.7rem; border: 1px solid var(--_line); border-radius: 99px; background: var(--_panel-2); font-size: 0.84rem; cursor: pointer; font-variant-numeric: tabular-nums; }
.chip i { width: 0.7rem; height: 0.7rem; border: 1px solid light-dark(rgb(0 0 0 / 55%), transparent); border-radius: 50%; background: var(--colour); }
.chip[aria-pressed="false"] { color: var(--_soft); }
.chip[aria-pressed="false"] i { background: none; box-shadow: inset 0 0 0 1.5px var(--colour); }
.hint { color: var(--_soft); font-size: 0.86rem; padding: 0.4rem 0.6rem; }

.toast { position: absolute; z-index: 3; left: 50%; bottom: 7rem; translate: -50% 0; display: flex; align-items: center; gap: 0.6rem; width: max-content; max-width: calc(100% - 2rem); padding: 0.45rem 1rem; border: 1px solid var(--_line); border-radius: 99px; background: var(--_panel-2); box-shadow: 0 8px 30px light-dark(rgb(23 32 46 / 20%), rgb(0 0 0 / 50%)); font-size: 0.9rem; }
.toast input { width: min(22rem, 60cqi); padding: 0.2rem 0.5rem; border: 1px solid var(--_line); border-radius: 7px; background: var(--_bg); }

.legends { position: absolute; z-index: 1; left: 0.7rem; top: 0.7rem; display: grid; gap: 0.25rem; max-width: calc(100% - 1.4rem); font-size: 0.78rem; pointer-events: none; }
.legends > div { display: flex; flex-wrap: wrap; align-items: center; gap: 0.2rem 0.55rem; width: fit-content; padding: 0.18rem 0.6rem; border-radius: 8px; background: rgb(5 8 12 / 74%); color: var(--_soft); }
.legends b { color: var(--_text); }
.legends .kind { display: inline-flex; align-items: center; gap: 0.3rem; }
.legends .kind i { width: 9px; height: 9px; border-radius: 2px; }

@container player (max-width: 640px) {
  .controls { padding-inline: 0.7rem; }
  .bar .extra { display: none; }
  .more { display: grid; }
}
@container player (max-width: 430px) {
  .time { margin: 0 0.2rem; font-size: 0.84rem; }
  .icon.text { min-width: 40px; padding: 0 0.2rem; }
  .live { padding: 0 0.4rem; }
  .bar:has(.live:not([hidden])) .step, .legends .note { display: none; }
}
@container player (max-width: 380px) {
  .time span { display: none; }
  .time { font-size: 0; }
  .time b { font-size: 0.84rem; }
}
@media (forced-colors: active) {
  .track { outline: 1px solid CanvasText; }
  .played, .hover, .range, .knob, .tick, .playhead, .live::before, .item[aria-checked="true"]::before { forced-color-adjust: none; }
  .icon.play, .button.primary { forced-color-adjust: none; background: ButtonText; color: ButtonFace; }
  .played { background: Highlight; }
  .knob, .playhead, .live::before, .item[aria-checked="true"]::before { background: CanvasText; }
  .tick { background: LinkText; }
  .icon[aria-pressed="true"], .chip[aria-pressed="true"] { outline: 2px solid Highlight; outline-offset: -3px; }
  .icon svg, .item svg { fill: currentcolor; }
  .swatch, .scale, .kind i, .chip i { forced-color-adjust: none; }
}
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation: none !important; transition: none !important; }
}
`;

const PLAYER = `
:host([bare]) .controls { display: none; }
:host([bare]) .player { border-radius: 0; box-shadow: none; }
.poster { background: #05070a; }
.busy { position: absolute; inset: 0; display: grid; place-content: center; justify-items: center; gap: 0.8rem; color: var(--_soft); pointer-events: none; }
.busy::before { content: ""; width: 46px; height: 46px; border-radius: 50%; border: 3px solid rgb(230 237 246 / 18%); border-top-color: var(--_accent); animation: turn 0.9s linear infinite; }
.busy span { padding: 0.1rem 0.7rem; border-radius: 99px; background: rgb(5 8 12 / 70%); font-size: 0.88rem; }
.busy span:empty { display: none; }
@keyframes turn { to { rotate: 1turn; } }
.big { position: absolute; inset: 0; margin: auto; width: 72px; height: 72px; padding: 0; border: 0; border-radius: 50%; display: grid; place-items: center; background: rgb(5 8 12 / 62%); color: #fff; cursor: pointer; transition: background 0.15s, opacity 0.2s; }
@container player (max-width: 640px) {
  .player:not(.docked) .big { bottom: 5rem; scale: 0.8; }
}
.big:hover { background: var(--_accent); color: var(--_accent-ink); }
.big svg { width: 30px; height: 30px; fill: currentcolor; }
.player[aria-busy="true"] .big, .player.begun:not(.touched) .big, .player.idle .big, .player.playing .big { display: none; }
.skipped { position: absolute; top: 0; bottom: 0; width: 34%; display: grid; place-content: center; justify-items: center; background: rgb(230 237 246 / 10%); font-weight: 700; pointer-events: none; animation: fade 0.6s both; }
.skipped.left { left: 0; border-radius: 0 50% 50% 0 / 0 100% 100% 0; }
.skipped.right { right: 0; border-radius: 50% 0 0 50% / 100% 0 0 100%; }
@keyframes fade { 60% { opacity: 1; } to { opacity: 0; visibility: hidden; } }
.error { position: absolute; z-index: 3; inset: 0; display: grid; place-content: center; justify-items: center; gap: 0.5rem; padding: 1rem clamp(1rem, 8cqi, 5rem); overflow: auto; text-align: center; background: rgb(8 10 15 / 90%); }
.error h2 { margin: 0; font-size: 1.1rem; }
.error p { max-width: 34rem; }
.error .advice { color: var(--_soft); font-size: 0.9rem; }
.error code { padding: 0.1rem 0.6rem; border-radius: 99px; background: #3a1620; color: #ffb3bf; font-size: 0.78rem; }
.error .actions { display: flex; gap: 0.6rem; margin-top: 0.4rem; }
.button { min-height: 40px; padding: 0 1.1rem; border: 1px solid var(--_line); border-radius: 9px; background: var(--_panel-2); cursor: pointer; }
.button.primary { border-color: transparent; background: var(--_accent); color: var(--_accent-ink); font-weight: 600; }
`;

const COMPARE = `
.stage { aspect-ratio: calc(2 * var(--ratio, 1.7778)); display: grid; grid-template: minmax(0, 1fr) / 1fr 1fr; gap: 2px; background: var(--_line); }
.pane { position: relative; min-width: 0; min-height: 0; }
.pane ::slotted(*) { height: 100%; }
.stage.swapped .pane.first { order: 1; }
.stage.difference { grid-template-columns: 1fr; aspect-ratio: var(--ratio, 1.7778); }
.stage.difference .pane { position: absolute; inset: 0; visibility: hidden; }
.difference-picture { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: contain; background: #000; }
.stage:not(.difference) .difference-picture { display: none; }
.label { position: absolute; z-index: 1; left: 0.7rem; top: 0.7rem; max-width: calc(100% - 1.4rem); padding: 0.1rem 0.65rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; border-radius: 99px; background: rgb(5 8 12 / 74%); font-size: 0.8rem; font-weight: 600; pointer-events: none; }
.label:empty { display: none; }
.offset { display: flex; flex-wrap: wrap; align-items: center; gap: 0.3rem; padding: 0.15rem 0.9rem 0; background: var(--_panel); border-top: 1px solid var(--_line); grid-area: 2 / 1; font-size: 0.88rem; color: var(--_soft); }
.offset output { min-width: 8.5rem; text-align: center; color: var(--_text); font-variant-numeric: tabular-nums; }
.offset .icon { color: var(--_text); }
.offset .icon.text { gap: 0.45rem; display: inline-flex; }
.player { grid-template-rows: minmax(0, 1fr) auto auto; }
.player.docked .controls { grid-area: 3 / 1; border-top: 0; padding-top: 0.2rem; }
@container player (max-width: 640px) {
  .stage:not(.difference) { grid-template: minmax(0, 1fr) minmax(0, 1fr) / 1fr; aspect-ratio: calc(var(--ratio, 1.7778) / 2); }
}
`;

function sheet(text: string): CSSStyleSheet {
  const made = new CSSStyleSheet();
  made.replaceSync(text);
  return made;
}

let shared: CSSStyleSheet | null = null;
const own = new Map<'player' | 'compare', CSSStyleSheet>();

/** The stylesheets of an element: made once a page, and allowed by any content security policy. */
export function stylesOf(element: 'player' | 'compare'): CSSStyleSheet[] {
  shared ??= sheet(SHARED);
  const sheetOfElement = own.get(element) ?? sheet(element === 'player' ? PLAYER : COMPARE);
  own.set(element, sheetOfElement);
  return [shared, sheetOfElement];
}
