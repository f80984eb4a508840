/** Id of this game's newest session on a server; nothing where there is none. Rejects where nobody answers. */
export async function latestRecording(server: string, game: string): Promise<string | undefined> {
  const response = await fetch(`${server}/api/recordings?order=newest&limit=1&game=${encodeURIComponent(game)}`);
  if (!response.ok) throw new Error(`${response.url} answers ${response.status}`);
  const { items } = (await response.json()) as { items: { id: string }[] };
  return items[0]?.id;
}
