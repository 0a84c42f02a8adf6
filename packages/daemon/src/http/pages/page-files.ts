/**
 * Serves the pages of a program as built by Vite: below /share/ the page for share links, and below
 * /chat-app/ the chat app.
 */
import { createReadStream } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CHAT_APP_HEADERS, SHARE_PAGE_HEADERS } from './page-headers.ts'

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
export interface PageFiles {
  /** The folder with the built files. */
  readonly root: string
  /** Matches paths without an extension that are not pages. */
  readonly notPages: RegExp
  /** Headers of pages and their resources: `PAGE_HEADERS`, or more. */
  readonly headers: Readonly<Record<string, string>>
}

interface Found {
  readonly path: string
  readonly bytes: number
  readonly etag: string
}

/** Separate sites with the same folder structure. */
const SITES: Readonly<Record<string, PageFiles['headers']>> = {
  '/share': SHARE_PAGE_HEADERS,
  '/chat-app': CHAT_APP_HEADERS,
}

/**
 * Responds with a file from the folder. Returns false if there is no such file. All pages, whose
 * paths have no extension, are index.html.
 */
export async function servePage(
  { root, notPages, headers }: PageFiles,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false
  const path = safePath(request.url.split('?', 1)[0]!)
  if (path === null) return false
  if (path in SITES) {
    reply.redirect(`${path}/`, 308)
    return true
  }
  const site = Object.keys(SITES).find(each => path.startsWith(`${each}/`))
  const isPage = extname(path) === '' && !notPages.test(path)
  const name = path === `${site}/` ? `${site}/index.html` : isPage ? '/index.html' : path
  const plain = await find(root, name)
  if (!plain) return false
  reply
    .headers(site === undefined ? headers : SITES[site]!)
    .type(TYPES[extname(name)] ?? 'application/octet-stream')
    .header('vary', 'accept-encoding')
  // File names in /assets/ change with their content.
  const forEver = name.startsWith(`${site ?? ''}/assets/`)
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

/** Returns the compressed variant of the file, if the client accepts that encoding. */
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

/** Returns the decoded path; null if it could leave the folder. */
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
