/** What the page's address asks for. */
export interface Options {
  readonly view: 'babylon' | 'plain';
  /** An SGAPS server, or what stands in for one. */
  readonly server: string;
  readonly transport?: string;
  readonly scene: string;
  readonly encoder: 'jpeg+depth+alpha' | 'jpeg+depth' | 'h264';
  /** Pixels asked for, of one of the canvas; null for what the renderer's machine is good for. */
  readonly resolution: number | null;
  readonly engine: 'webgl2' | 'webgpu';
  readonly axes: 'y-down' | 'y-up';
  /** Pixels of the canvas for one of the page's; null for what this machine is good for. */
  readonly pixels: number | null;
  /** Local things stand still. */
  readonly still: boolean;
}

/**
 * `?view=babylon|plain&scene=splats:room&server=http://…&transport=ws://…&encoder=jpeg%2Bdepth%2Balpha|jpeg%2Bdepth|h264&resolution=0.5&engine=webgl2|webgpu&axes=y-down|y-up&pixels=1&still=1`.
 */
export function readOptions({ searchParams, origin }: URL): Options {
  const one = <T extends string>(name: string, first: T, ...others: T[]): T =>
    others.find((value) => value === searchParams.get(name)) ?? first;
  const scaleOf = (name: string) => {
    const scale = Number(searchParams.get(name));
    return scale > 0 && scale <= 2 ? scale : null;
  };
  return {
    view: one('view', 'babylon', 'plain'),
    server: searchParams.get('server') ?? origin,
    transport: searchParams.get('transport') ?? undefined,
    scene: searchParams.get('scene') ?? 'splats:room',
    encoder: one('encoder', 'jpeg+depth+alpha', 'jpeg+depth', 'h264'),
    resolution: scaleOf('resolution'),
    pixels: scaleOf('pixels'),
    engine: one('engine', 'webgl2', 'webgpu'),
    axes: one('axes', 'y-down', 'y-up'),
    still: searchParams.get('still') === '1',
  };
}
