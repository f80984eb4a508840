import { type PlayerOptions, RecordingPlayer, WebArchiveModel } from '@sgaps/player';
import { isSgapsError } from '@sgaps/protocol';
import { archivePair } from './support/archivePair.js';
import { hashPixels } from './support/pageServer.js';

async function codeOf(work: Promise<unknown>): Promise<string | undefined> {
  const error = await work.then(
    () => undefined,
    (cause: unknown) => cause,
  );
  return isSgapsError(error) ? error.code : error === undefined ? undefined : String(error);
}

const page = {
  /** What a model decodes of a made-up pair, twice, and how it answers what it cannot do. */
  async decode(url: string, width: number, height: number, active: number) {
    const model = await WebArchiveModel.load(url);
    const pair = archivePair({ width, height }, model.memoryWidth, active);
    const decode = () => model.decode(pair.size, pair.active, pair.conditions);
    const [{ cubes, memory }, again] = await Promise.all([decode(), decode()]);
    const same = cubes.every((value, at) => value === again.cubes[at]);
    const encoded = await codeOf(model.encode(pair.size, pair.conditions.context, pair.conditions));
    await model.close();
    const closed = await codeOf(decode());
    return { id: model.id, cubes: [...cubes], memory: [...memory], same, encoded, closed };
  },

  /** The code that loading a model, or decoding with it, ends with. */
  refused: (url: string) =>
    codeOf(
      (async () => {
        const model = await WebArchiveModel.load(url);
        const pair = archivePair({ width: 96, height: 64 }, model.memoryWidth, 6);
        await model.decode(pair.size, pair.active, pair.conditions).finally(() => model.close());
      })(),
    ),

  /** The pictures of an archive, or the code that playing it ends with. */
  async walk(url: string, options: PlayerOptions): Promise<string[] | string | undefined> {
    const player = await RecordingPlayer.open(url, options);
    player.on('error', () => undefined);
    const pictures: string[] = [];
    const code = await codeOf(
      (async () => {
        for (let frame = await player.next(); frame; frame = await player.next())
          pictures.push(hashPixels(new Uint8Array(frame.image.data.buffer)));
      })(),
    );
    await player.dispose();
    return code ?? pictures;
  },
};

declare global {
  interface Window {
    sgapsArchiveModel: typeof page;
  }
}

window.sgapsArchiveModel = page;
