# One image for the three programs: `serve` (default: it starts the other two by itself), `transport` and `renderer`.
#
#   docker build -t sgaps .
#   docker run --init -e SGAPS_SECRET -p 127.0.0.1:2567:2567 -p 127.0.0.1:2568:2568 -v recordings:/data sgaps

FROM node:24-bookworm-slim AS node
WORKDIR /sgaps

# What npm reads, alone: the packages are installed anew when this changes, not with every line of code.
FROM node AS manifests
COPY . .
RUN find . -depth \( -type f ! -name package.json ! -name package-lock.json ! -name .npmrc -o -type d -empty \) -delete

FROM node AS build
COPY --from=manifests /sgaps ./
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY . .
RUN node scripts/build.mjs

# The server's dependencies, less what never runs in it: the browser's ONNX Runtime (the player's page has its own copy),
# an optional peer, and ONNX Runtime and Dawn for other systems.
FROM node AS dependencies
COPY --from=manifests /sgaps ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --workspace=@sgaps/server \
 && rm -rf node_modules/onnxruntime-web node_modules/typescript \
 && find node_modules/onnxruntime-node/bin -mindepth 3 -maxdepth 3 ! -path "*/linux/$(node -p process.arch)" -exec rm -rf {} + \
 && find node_modules/webgpu/dist -mindepth 1 -maxdepth 1 ! -name "linux-$(node -p process.arch)" -exec rm -rf {} +

FROM node AS runtime
ENV NODE_ENV=production
# A volume that is new takes its owner from the folder that it is mounted on.
RUN install -d -o node -g node /data /run/sgaps
COPY --from=dependencies /sgaps ./
COPY --from=build /sgaps/sdk-protocol/dist sdk-protocol/dist
COPY --from=build /sgaps/sdk-core/dist sdk-core/dist
COPY --from=build /sgaps/sdk-client/dist sdk-client/dist
COPY --from=build /sgaps/sdk-player/dist sdk-player/dist
COPY --from=build /sgaps/pipeline/dist pipeline/dist
COPY --from=build /sgaps/splats/dist splats/dist
COPY --from=build /sgaps/sdk-server/dist sdk-server/dist
COPY --from=build /sgaps/sdk-server/migrations sdk-server/migrations
COPY --from=build /sgaps/models models
COPY --from=build /sgaps/examples/games.json /sgaps/examples/figures.json examples/
COPY --from=build /sgaps/examples/phaser-platformer/dist examples/phaser-platformer/dist
COPY --from=build /sgaps/examples/phaser-arena/dist examples/phaser-arena/dist
COPY --from=build /sgaps/examples/babylon-racer/dist examples/babylon-racer/dist
COPY --from=build /sgaps/examples/phaser-puzzle/dist examples/phaser-puzzle/dist
COPY --from=build /sgaps/examples/phaser-tavern/dist examples/phaser-tavern/dist
COPY --from=build /sgaps/examples/babylon-arena/dist examples/babylon-arena/dist
USER node
EXPOSE 2567 2568
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:2567/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/sgaps/sdk-server/dist/cli.js"]
CMD ["serve", "--host", "0.0.0.0", "--data", "/data", "--examples", "/sgaps/examples"]
