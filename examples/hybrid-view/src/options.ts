/** What the page's address asks for. */
export interface Options {
  readonly view: 'babylon' | 'plain';
  /** An SGAPS server, or what stands in for one. */
  readonly server: string;
  readonly transport?: string;
  readonly scene: string;
  readonly encoder: 'jpeg+depth' | 'h264';
  /** Pixels asked for, of one of the canvas. */
  readonly resolution: number;
  readonly engine: 'webgl2' | 'webgpu';
  readonly axes: 'y-down' | 'y-up';
  /** Local things stand still. */
  readonly still: boolean;
}

/**
 * `?view=babylon|plain&scene=room&server=http://…&transport=ws://…&encoder=jpeg%2Bdepth|h264&resolution=0.75&engine=webgl2|webgpu&axes=y-down|y-up&still=1`.
 */
export function readOptions({ searchParams, origin }: URL): Options {
  const one = <T extends string>(name: string, first: T, ...others: T[]): T =>
    others.find((value) => value === searchParams.get(name)) ?? first;
  const resolution = Number(searchParams.get('resolution'));
  return {
    view: one('view', 'babylon', 'plain'),
    server: searchParams.get('server') ?? origin,
    transport: searchParams.get('transport') ?? undefined,
    scene: searchParams.get('scene') ?? 'room',
    encoder: one('encoder', 'jpeg+depth', 'h264'),
    resolution: resolution > 0 && resolution <= 2 ? resolution : 0.75,
    engine: one('engine', 'webgl2', 'webgpu'),
    axes: one('axes', 'y-down', 'y-up'),
    still: searchParams.get('still') === '1',
  };
}
