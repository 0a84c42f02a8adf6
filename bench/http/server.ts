/**
 * Serves one file from memory with as little work per request as possible, so that the client is
 * the bottleneck.
 */
import { type AddressInfo, createServer } from 'node:net'
import { FILE_BYTES, fileByte } from './jobs.ts'

const file = Buffer.alloc(FILE_BYTES)
for (let at = 0; at < FILE_BYTES; at++) file[at] = fileByte(at)

const server = createServer(socket => {
  socket.setNoDelay(true)
  socket.on('error', () => {})
  let head = ''
  socket.on('data', bytes => {
    head += bytes.toString('latin1')
    for (let end = head.indexOf('\r\n\r\n'); end >= 0; end = head.indexOf('\r\n\r\n')) {
      const match = /range: bytes=(\d+)-(\d+)/i.exec(head.slice(0, end))
      head = head.slice(end + 4)
      if (!match) return socket.destroy()
      const [first, last] = [Number(match[1]), Number(match[2])]
      socket.cork()
      socket.write(
        `HTTP/1.1 206 Partial Content\r\nContent-Length: ${last - first + 1}\r\n` +
          `Content-Range: bytes ${first}-${last}/${FILE_BYTES}\r\nContent-Type: application/octet-stream\r\n\r\n`,
        'latin1',
      )
      socket.write(file.subarray(first, last + 1))
      socket.uncork()
    }
  })
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
process.stdin.on('end', () => process.exit()).resume()
