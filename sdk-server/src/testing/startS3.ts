import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';

const PROGRAM = fileURLToPath(new URL('./s3Server.py', import.meta.url));
/** ms that a start may take on a busy machine. */
const READY_WITHIN = 60_000;

/**
 * An S3 server of a test's own.
 *
 * @example
 * ```ts
 * const s3: TestS3 = await startS3();
 * ```
 */
export interface TestS3 {
  readonly endpoint: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Environment variables that programs find the credentials in. */
  readonly environment: Readonly<Record<string, string>>;
  /** Makes an empty bucket; gives its address, for `--store`. */
  createBucket(options?: { readonly versioned?: boolean }): Promise<string>;
  /** For what tests do to a bucket behind the back of SGAPS. */
  readonly client: S3Client;
  /** Ends the server at once, cutting its connections; what is stored stays. */
  stop(): Promise<void>;
  /** Starts it again, at the same port. */
  start(): Promise<void>;
  /** Stops it for good and removes what is stored. */
  close(): Promise<void>;
}

/**
 * Starts OpenStack Swift with its S3 API as one process on a free port of 127.0.0.1, with its data in a temporary folder. `npm test` names a Python that has it (Debian's python3-swift)
 * in `SGAPS_SWIFT`; otherwise Debian's is taken.
 *
 * @example
 * ```ts
 * const s3 = await startS3();
 * const blobs = await openBlobStore(await s3.createBucket());
 * await s3.close();
 * ```
 */
export async function startS3(): Promise<TestS3> {
  const folder = await mkdtemp(join(tmpdir(), 'sgaps-s3-'));
  const credentials = { accessKeyId: 'test:tester', secretAccessKey: `secret-${randomUUID()}` };
  const python = process.env.SGAPS_SWIFT ?? '/usr/bin/python3';
  let child: ChildProcess | null = null;
  let port = 0;

  const stop = async (): Promise<void> => {
    const running = child;
    child = null;
    if (!running || running.exitCode !== null) return;
    await new Promise((resolve) => {
      running.once('exit', resolve);
      running.kill('SIGKILL');
    });
  };
  const start = async (): Promise<void> => {
    if (child) return;
    const args = [PROGRAM, folder, String(port), credentials.accessKeyId, credentials.secretAccessKey];
    const started = spawn(python, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let said = '';
    started.stderr?.on('data', (piece: Buffer) => {
      said = (said + piece.toString()).slice(-4000);
    });
    const ready = new Promise<number>((resolve, reject) => {
      started.stdout?.on('data', (piece: Buffer) => {
        const found = /listening (\d+)/.exec(piece.toString());
        if (found) resolve(Number(found[1]));
      });
      started.once('error', reject);
      started.once('exit', (code) => reject(new Error(`Swift ended with ${code}: ${said}${logOf(folder)}`)));
    });
    const late = wait(READY_WITHIN, null, { ref: false }).then(() => {
      throw new Error(`Swift did not start within ${READY_WITHIN} ms: ${said}`);
    });
    port = await Promise.race([ready, late]);
  };
  await start();
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new S3Client({
    endpoint,
    credentials,
    region: 'us-east-1',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  let buckets = 0;
  return {
    endpoint,
    credentials,
    environment: { AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
    client,
    createBucket: async ({ versioned = false } = {}) => {
      const Bucket = `bucket-${++buckets}`;
      await client.send(new CreateBucketCommand({ Bucket }));
      if (versioned)
        await client.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
      return `s3://${Bucket}/replays?endpoint=${endpoint}`;
    },
    stop,
    start,
    close: async () => {
      await stop();
      client.destroy();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function logOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'swift.log'), 'utf8').slice(-4000);
  } catch {
    return '';
  }
}
