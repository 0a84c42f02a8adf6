/**
 * A package registry with tarballs and with the installed packages, so that tests install packages
 * as users do, without a network.
 */
import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'

interface PackedManifest {
  readonly name: string
  readonly version: string
}

interface Version {
  readonly manifest: PackedManifest
  readonly tarball: () => Promise<Buffer>
}

/** `await using registry = await Registry.start(tarballs, modules)` */
export class Registry implements AsyncDisposable {
  readonly #server: Server
  readonly #versions = new Map<string, Version[]>()

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(decodeURIComponent(request.url!.slice(1))).then(
        body => response.end(body),
        () => response.writeHead(404).end('{}'),
      )
    })
  }

  /** `modules` is a `node_modules` folder, whose packages are served in their present versions. */
  static async start(tarballs: readonly string[], modules: string): Promise<Registry> {
    const registry = new Registry()
    for (const path of tarballs) {
      const text = (await tar('-xzOf', path, 'package/package.json')).toString()
      registry.#add({ manifest: JSON.parse(text), tarball: () => readFile(path) })
    }
    const record = JSON.parse(await readFile(join(modules, '.package-lock.json'), 'utf8')) as {
      packages: Record<string, { link?: boolean }>
    }
    for (const [path, { link }] of Object.entries(record.packages)) {
      if (!path.startsWith('node_modules/') || link) continue
      const folder = join(dirname(modules), path)
      const manifest = await readFile(join(folder, 'package.json'), 'utf8').catch(() => null)
      if (manifest) registry.#add({ manifest: JSON.parse(manifest), tarball: () => pack(folder) })
    }
    await new Promise<void>(resolve => registry.#server.listen(0, '127.0.0.1', resolve))
    return registry
  }

  #add(version: Version): void {
    const { name } = version.manifest
    this.#versions.set(name, [...(this.#versions.get(name) ?? []), version])
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`
  }

  /**
   * A request for `NAME/VERSION.tgz` is for files, one for `NAME` is for the package's metadata.
   */
  async #answer(path: string): Promise<Buffer | string> {
    const [, name = path, wanted] = /^(.*)\/([^/]*)\.tgz$/.exec(path) ?? []
    const versions = this.#versions.get(name)!
    if (wanted) return versions.find(({ manifest }) => manifest.version === wanted)!.tarball()
    const entries = versions.map(({ manifest }) => {
      const dist = { tarball: `${this.url}${name}/${manifest.version}.tgz` }
      return [manifest.version, { ...manifest, dist }] as const
    })
    const latest = versions[0]!.manifest.version
    return JSON.stringify({ name, 'dist-tags': { latest }, versions: Object.fromEntries(entries) })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise(resolve => this.#server.close(resolve))
  }
}

function pack(folder: string): Promise<Buffer> {
  return tar('-czf', '-', '--exclude', 'node_modules', '-C', dirname(folder), basename(folder))
}

async function tar(...args: string[]): Promise<Buffer> {
  const child = spawn('tar', args, { stdio: ['ignore', 'pipe', 'inherit'] })
  return buffer(child.stdout)
}
