/** Paths in a box of 20 × 20. */
const PATHS = {
  play: 'M5 3v14l12-7z',
  pause: 'M4 3h4v14H4zM12 3h4v14h-4z',
  again: 'M10 4V1L5 5l5 4V6a5 5 0 1 1-5 5H3a7 7 0 1 0 7-7z',
  back: 'M14 4v12L6 10zM4 4h2v12H4z',
  forward: 'M6 4v12l8-6zM14 4h2v12h-2z',
  markers: 'M4 2h2v1h10l-2.6 3.5L16 10H6v8H4z',
  overlays:
    'M10 2 1.5 6.7 10 11.4l8.5-4.7zM3.5 9.1l-2 1.1 8.5 4.7 8.5-4.7-2-1.1-6.5 3.6zM3.5 12.7l-2 1.1 8.5 4.7 8.5-4.7-2-1.1-6.5 3.6z',
  graph: 'M2 2h2v14h14v2H2zM5.3 12.6 9 7.4l3.2 2.4 4.1-6.2 1.6 1.1-5.3 8-3.2-2.4-2.5 3.5z',
  share: 'M10 1l4.6 4.6-1.4 1.4L11 4.8V12H9V4.8L6.8 7 5.4 5.6zM3 9h3.5v2H5v6h10v-6h-1.5V9H17v10H3z',
  compare: 'M1.5 4H9v12H1.5zM3.5 6v8H7V6zM11 4h7.5v12H11z',
  enter: 'M3 3h5v2H5v3H3zM12 3h5v5h-2V5h-3zM3 12h2v3h3v2H3zM15 12h2v5h-5v-2h3z',
  leave: 'M6 3h2v5H3V6h3zM12 3h2v3h3v2h-5zM3 12h5v5H6v-3H3zM12 12h5v2h-3v3h-2z',
  more: 'M8.2 4a1.8 1.8 0 1 0 3.6 0 1.8 1.8 0 0 0-3.6 0zM8.2 10a1.8 1.8 0 1 0 3.6 0 1.8 1.8 0 0 0-3.6 0zM8.2 16a1.8 1.8 0 1 0 3.6 0 1.8 1.8 0 0 0-3.6 0z',
  swap: 'M6.5 3 2 7.5 6.5 12V9H13V6H6.5zM13.5 8v3H7v3h6.5v3L18 12.5z',
  difference: 'M10 2a8 8 0 1 0 0 16 8 8 0 0 0 0-16zm0 2v12a6 6 0 0 1 0-12z',
  close: 'M4.7 3.3 10 8.6l5.3-5.3 1.4 1.4L11.4 10l5.3 5.3-1.4 1.4L10 11.4l-5.3 5.3-1.4-1.4L8.6 10 3.3 4.7z',
} as const;

/** The name of an icon. */
export type IconName = keyof typeof PATHS;

const SVG = 'http://www.w3.org/2000/svg';

/** An icon in the colour of the text around it. */
export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(SVG, 'path'));
  setIcon(svg, name);
  return svg;
}

/** Makes another icon of one. */
export function setIcon(svg: SVGSVGElement, name: IconName): void {
  if (svg.dataset.icon === name) return;
  svg.dataset.icon = name;
  svg.firstElementChild?.setAttribute('d', PATHS[name]);
}
