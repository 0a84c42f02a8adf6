/** Serves the console, and below /share/ the page that share links open, as Vite builds them. */
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { PAGE_HEADERS, SHARE_PAGE_HEADERS } from './headers.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}
const ENCODINGS = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const
/** Paths that are not pages of the console, with everything below them. */
const NOT_PAGES = /^\/(?:api|files|transmission|metrics|health|assets|share)(?:\/|$)/

interface Found {
  readonly path: string
  readonly bytes: number
  readonly etag: string
}

/** The page of share links is a site of its own, with the same folders as the console. */
const SHARE = '/share'

/** Answers from the folder. Returns false if there is no such file. Pages, whose paths have no extension, are all index.html. */
export async function serveConsole(
  root: string,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const path = safePath(request.url.split('?', 1)[0]!)
  if (path === null) return false
  if (path === SHARE) {
    reply.redirect(`${SHARE}/`, 308)
    return true
  }
  const isPage = extname(path) === '' && !NOT_PAGES.test(path)
  const name = path === `${SHARE}/` ? `${SHARE}/index.html` : isPage ? '/index.html' : path
  const plain = await find(root, name)
  if (!plain) return false
  reply
    .headers(name.startsWith(`${SHARE}/`) ? SHARE_PAGE_HEADERS : PAGE_HEADERS)
    .type(TYPES[extname(name)] ?? 'application/octet-stream')
    .header('vary', 'accept-encoding')
  // File names in /assets/ change with their content.
  const forEver = /^(?:\/share)?\/assets\//.test(name)
  reply.header('cache-control', forEver ? 'public, max-age=31536000, immutable' : 'no-cache')
  await send(await packed(root, name, plain, request, reply), request, reply)
  return true
}

async function send(found: Found, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.header('etag', found.etag)
  if (request.headers['if-none-match'] === found.etag) return void reply.code(304).send()
  reply.header('content-length', found.bytes)
  reply.send(request.method === 'HEAD' ? '' : createReadStream(found.path))
}

/** Returns the compressed file next to it, if the client accepts that encoding. */
async function packed(
  root: string,
  name: string,
  plain: Found,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Found> {
  const accepted = String(request.headers['accept-encoding'] ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
  for (const [encoding, ending] of ENCODINGS) {
    const found = accepted.includes(encoding) ? await find(root, `${name}${ending}`) : null
    if (!found) continue
    reply.header('content-encoding', encoding)
    return found
  }
  return plain
}

/** Returns the path decoded; null if it could lead elsewhere. */
function safePath(path: string): string | null {
  try {
    const names = decodeURIComponent(path).split('/').slice(1)
    const unsafe = names.some(
      (name, index) => (name === '' && index < names.length - 1) || name.startsWith('.'),
    )
    return unsafe || /[\\:\0]/.test(names.join('')) ? null : `/${names.join('/')}`
  } catch {
    return null
  }
}

async function find(root: string, name: string): Promise<Found | null> {
  try {
    const [folder, path] = await Promise.all([realpath(root), realpath(join(root, name))])
    if (!path.startsWith(`${folder}${sep}`)) return null
    const stats = await stat(path)
    const { size, mtimeMs } = stats
    return stats.isFile()
      ? { path, bytes: size, etag: `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}"` }
      : null
  } catch {
    return null
  }
}
