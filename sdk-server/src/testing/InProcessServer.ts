import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { matchMaker } from '@colyseus/core';
import express, { type Application } from 'express';
import { mountHttp } from '../http/httpApp.js';
import type { ReplayServices } from '../rooms/ReplayServices.js';

/** A request without a socket. */
export interface PlainRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** ms that an answer may take. */
const PATIENCE = 5000;

/** All routes of the server, asked within this process: thousands of requests a second, for tests that need as many. */
export class InProcessServer {
  private constructor(private readonly app: Application) {}

  static async open(services: ReplayServices): Promise<InProcessServer> {
    // Routes ask it for rooms of other processes; no server has made it ready.
    await matchMaker.setup();
    const app = express();
    await mountHttp(app, services, []);
    return new InProcessServer(app);
  }

  /** The status of the answer. Rejects where none comes. */
  async ask({ method, url, headers, body }: PlainRequest): Promise<number> {
    const request = new IncomingMessage(new Socket());
    Object.assign(request, { method, url, httpVersion: '1.1', httpVersionMajor: 1, httpVersionMinor: 1 });
    Object.assign(request.headers, headers);
    const response = new ServerResponse(request);
    const answered = new Promise<void>((resolve, reject) => {
      response.once('finish', resolve);
      response.once('error', reject);
      setTimeout(() => reject(new Error(`No answer within ${PATIENCE} ms.`)), PATIENCE).unref();
    });
    // Nobody reads it: what is written counts as sent.
    const nowhere = new Socket();
    const write = (...args: unknown[]) => {
      (args.find((arg) => typeof arg === 'function') as (() => void) | undefined)?.();
      return true;
    };
    response.assignSocket(Object.assign(nowhere, { write }));
    if (body !== '') request.push(body);
    request.push(null);
    this.app(request as Parameters<Application>[0], response as Parameters<Application>[1]);
    await answered;
    return response.statusCode;
  }
}
