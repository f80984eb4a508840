// How overlays look is one for the page and for what is burned into exported films.
export {
  gradientOf,
  LAYERS_ALPHA,
  MOTIONS,
  OVERLAY_STYLES,
  SOURCES,
  TIER_COLOURS,
  tableOf,
  tableOfKinds,
} from '@sgaps/core';
