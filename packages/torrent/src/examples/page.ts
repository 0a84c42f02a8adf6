import { Session } from '@shoal/torrent'

// The page's address ends with # and a link to a torrent that has a web seed or a WebSocket
// tracker.
const session = await Session.open()
const torrent = await session.add(decodeURIComponent(location.hash.slice(1)), { memory: true })
await torrent.whenComplete()
for (const file of torrent.files) {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  for await (const chunk of file.stream()) chunks.push(new Uint8Array(chunk))
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob(chunks))
  link.download = link.textContent = file.path.join('/')
  document.body.append(link)
}
await session.close()
