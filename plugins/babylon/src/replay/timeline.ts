export { ReplayTimeline, type ReplayTimelineOptions } from './timeline/ReplayTimeline.js';
