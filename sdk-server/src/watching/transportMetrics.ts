import type { HttpAnswer, TransportFigures, TransportHooks, TransportService } from '@sgaps/pipeline';
import { Counter, Gauge } from 'prom-client';
import { holdsToken } from './metricsToken.js';
import { metrics } from './registry.js';
import { TimeHistogram } from './TimeHistogram.js';

type Labels = Readonly<Record<string, string>>;
type Stage = 'render' | 'encode' | 'send' | 'total';

/** ms. */
const PICTURE_MS = [1, 2.5, 5, 10, 16.7, 25, 33.3, 50, 100, 250, 500, 1000, 5000];

/**
 * Shows what a transport and its renderers do, and gives the hooks it needs for that.
 *
 * @example
 * ```ts
 * const watched = watchTransport(() => service);
 * const service = await TransportService.start({ sockets, adapters, hooks: watched });
 * ```
 */
export function watchTransport(transport: () => Pick<TransportService, 'figures'> | null): TransportHooks {
  const took = new TimeHistogram<Stage>({
    name: 'sgaps_picture_seconds',
    help: 'What pictures took, by stage: drawing, encoding, sending; `total`: since the camera, or at the live edge the frame, came.',
    registry: metrics,
    label: 'stage',
    of: ['render', 'encode', 'send', 'total'],
    ms: PICTURE_MS,
  });
  let bytes = 0;
  let joined = 0;
  const show = (
    kind: typeof Gauge | typeof Counter,
    name: string,
    help: string,
    read: (figures: TransportFigures) => number | readonly (readonly [Labels, number])[],
  ) =>
    new kind({
      name,
      help,
      labelNames: ['outcome'],
      registers: [metrics],
      collect() {
        this.reset();
        const figures = transport()?.figures();
        if (!figures) return;
        const value = read(figures);
        if (typeof value === 'number') this.inc(value);
        else for (const [labels, each] of value) this.inc(labels, each);
      },
    });
  show(Gauge, 'sgaps_viewers', 'Viewers that are connected.', ({ viewers }) => viewers);
  show(Gauge, 'sgaps_channels', 'Channels that they watch.', ({ channels }) => channels);
  show(Gauge, 'sgaps_channels_waiting', 'Channels that wait for a renderer.', ({ waiting }) => waiting);
  show(Gauge, 'sgaps_cameras_queued', 'Cameras that wait for their renderer.', ({ queued }) => queued);
  show(Gauge, 'sgaps_cameras_under_way', 'Cameras that a renderer has and has not answered.', ({ underWay }) => underWay);
  show(Gauge, 'sgaps_renderers', 'Renderer processes that are connected.', ({ renderers }) => renderers);
  show(Gauge, 'sgaps_renderer_channels', 'Channels that they draw.', ({ busy }) => busy);
  show(Gauge, 'sgaps_renderer_spares', 'Renderers that could draw one more at once.', ({ idle }) => idle);
  show(Counter, 'sgaps_pictures_total', 'Pictures, by what became of them; `missed`, by viewers that were behind.', (figures) => [
    [{ outcome: 'sent' }, figures.sent],
    [{ outcome: 'missed' }, figures.missed],
  ]);
  show(Counter, 'sgaps_cameras_lost_total', 'Cameras dropped for newer ones, and those that no renderer answered.', (figures) => [
    [{ outcome: 'dropped' }, figures.dropped],
    [{ outcome: 'unanswered' }, figures.gaps],
  ]);
  show(Counter, 'sgaps_renderers_lost_total', 'Renderers lost while they drew for a channel.', ({ lost }) => lost);
  show(Counter, 'sgaps_viewers_joined_total', 'Viewers that were seated.', () => joined);
  show(Counter, 'sgaps_viewer_bytes_total', 'Bytes of pictures to viewers.', () => bytes);
  show(
    Gauge,
    'sgaps_renderer_resident_bytes',
    'Memory of all renderers that draw.',
    ({ renderer }) => renderer.residentBytes ?? 0,
  );
  show(
    Gauge,
    'sgaps_renderer_cpu_seconds',
    'CPU seconds of all renderers that draw; their increase is the cores in use.',
    (f) => f.renderer.cpuSeconds ?? 0,
  );
  show(Gauge, 'sgaps_renderer_model_busy_seconds', 'Seconds that their models ran.', (f) => f.renderer.modelBusySeconds ?? 0);
  show(
    Gauge,
    'sgaps_renderer_model_frames',
    'Frames asked of their models, by outcome; `fallback` kept what memory drew.',
    (f) => [
      [{ outcome: 'answered' }, f.renderer.modelAnswered ?? 0],
      [{ outcome: 'fallback' }, f.renderer.modelFallback ?? 0],
    ],
  );
  return {
    timed: (ms) => {
      took.took('render', ms.render);
      took.took('encode', ms.encode);
      took.took('send', ms.send);
      took.took('total', ms.total);
    },
    picture: (_channel, { data }, viewers) => {
      if (data) bytes += viewers * data.length;
    },
    viewerJoined: () => {
      joined++;
    },
  };
}

/**
 * `/metrics` as an answer of a transport.
 *
 * @example
 * ```ts
 * new WebSocketAdapter({ port: 2568, answers: { '/metrics': metricsAnswer(null) } });
 * ```
 */
export function metricsAnswer(token: string | null) {
  return async ({ headers }: { readonly headers: { readonly authorization?: string } }): Promise<HttpAnswer> => {
    if (!holdsToken(headers.authorization, token))
      return { status: 401, type: 'text/plain', body: 'The token of /metrics is needed.\n' };
    return { status: 200, type: metrics.contentType, body: await metrics.metrics() };
  };
}
