/**
 * Lets Colyseus' client take the sockets of `ws`: those that Node has by itself cost several times more per message, which is not what is measured
 * here. To be imported before anything that imports the client.
 *
 * @example
 * ```ts
 * import './plainSockets.js';
 * ```
 */
Reflect.deleteProperty(globalThis, 'WebSocket');
