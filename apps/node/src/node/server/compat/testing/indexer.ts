import { FileServer } from '../../../transfers/testing/file-server.ts'

/**
 * An indexer's proxy: `/magnet` redirects to a magnet link named `found`; any other path returns
 * the .torrent with the media type of a page.
 */
export function startIndexer(torrent: Uint8Array): Promise<FileServer> {
  return FileServer.start((request, response) => {
    if (request.url === '/magnet')
      response.writeHead(302, { location: `magnet:?xt=urn:btih:${'c'.repeat(40)}&dn=found` }).end()
    else response.writeHead(200, { 'content-type': 'text/html' }).end(torrent)
  })
}
