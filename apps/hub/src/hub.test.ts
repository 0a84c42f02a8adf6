import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { UdpFront } from '@shoal/tracker'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { SetupError } from './failure.ts'
import { startHub } from './hub.ts'
import { NO_LOG } from './kernel/log.ts'
import type { Given } from './options.ts'

async function withHub(given: Given, work: (base: string, port: number) => Promise<void>): Promise<void> {
  const hub = await startHub({ onlyTracker: true, port: 0, ...given }, NO_LOG)
  try {
    await work(`http://127.0.0.1:${hub.port}`, hub.port)
  } finally {
    await hub.close()
  }
}

const announce = (base: string, hash = '%01'.repeat(20)) =>
  fetch(`${base}/announce?info_hash=${hash}&port=7&left=0`).then(response => response.text())

const hasIpv6 = () =>
  Object.values(networkInterfaces()).some(all => all?.some(({ address }) => address === '::1'))

describe('a hub', () => {
  it('closes while WebSockets are connected', async () => {
    const hub = await startHub({ onlyTracker: true, port: 0 }, NO_LOG)
    const socket = new WebSocket(`ws://127.0.0.1:${hub.port}/announce`)
    await new Promise(resolve => socket.addEventListener('open', resolve))
    const ended = new Promise(resolve => socket.addEventListener('close', resolve))
    await hub.close()
    await ended
  })

  it('tracks, and shows its statistics on a page, in JSON and as metrics', async () => {
    await withHub({}, async base => {
      expect(await announce(base)).toContain('8:completei1e')
      const stats = await (await fetch(`${base}/stats.json`)).json()
      expect(stats).toMatchObject({
        swarms: 1,
        seeds: 1,
        peers: { ipv4: 1, ipv6: 0, web: 0 },
        requests: { http: { announces: 1 } },
      })
      const page = await fetch(base)
      expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; style-src 'sha256-/)
      const html = await page.text()
      expect(html).toContain('<dt>Seeds</dt><dd>1</dd>')
      expect(html).not.toContain('<script')
      const metrics = await (await fetch(`${base}/metrics`)).text()
      expect(metrics).toContain('shoal_hub_peers{kind="ipv4"} 1\n')
      expect(metrics).toContain('shoal_hub_announces_total{front="http"} 1\n')
      expect(await (await fetch(`${base}/health`)).text()).toBe('ok\n')
      expect((await fetch(`${base}/other`)).status).toBe(404)
    })
  })

  it('shows no statistics with --no-stats', async () => {
    await withHub({ noStats: true }, async base => {
      for (const path of ['/', '/stats.json', '/metrics']) expect((await fetch(base + path)).status).toBe(404)
      expect((await fetch(`${base}/health`)).status).toBe(200)
    })
  })

  it('is private and serves selected torrents by list files', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-hub-'))
    try {
      const [passkeyFile, allowFile] = [join(folder, 'keys'), join(folder, 'allowed')]
      await writeFile(passkeyFile, '# members\nsecretkey1 # Ann\n\n')
      await writeFile(allowFile, `${'01'.repeat(20)}\n`)
      await withHub({ passkeyFile, allowFile }, async base => {
        expect(await announce(base)).toContain('private')
        expect(await announce(`${base}/secretkey1`)).toContain('8:complete')
        expect(await announce(`${base}/secretkey1`, '%02'.repeat(20))).toContain('does not serve')
      })
      await writeFile(passkeyFile, 'fine12345\nnot a key\n')
      await expect(startHub({ onlyTracker: true, passkeyFile, port: 0 }, NO_LOG)).rejects.toThrow(
        /line 2 is not a valid passkey$/,
      )
      await expect(
        startHub({ onlyTracker: true, passkeyFile: join(folder, 'none'), port: 0 }, NO_LOG),
      ).rejects.toThrow(SetupError)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('stops serving a client whose passkey was removed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-hub-'))
    const passkeyFile = join(folder, 'keys')
    await writeFile(passkeyFile, 'secretkey1\nsecretkey2')
    const hub = await startHub({ onlyTracker: true, port: 0, passkeyFile }, NO_LOG)
    try {
      const base = `http://127.0.0.1:${hub.port}/secretkey2`
      expect(await announce(base)).toContain('8:complete')
      await writeFile(passkeyFile, 'secretkey1')
      hub.reload()
      expect(await announce(base)).toContain('private')
      await writeFile(passkeyFile, 'no key')
      hub.reload()
      expect(await announce(`http://127.0.0.1:${hub.port}/secretkey1`)).toContain('8:complete')
    } finally {
      await hub.close()
      await rm(folder, { recursive: true })
    }
  })

  it('warns of an unknown proxy, once', async () => {
    const warnings: string[] = []
    const warn = (message: string) => void warnings.push(message)
    const hub = await startHub({ onlyTracker: true, port: 0 }, { ...NO_LOG, warn })
    try {
      for (let count = 0; count < 2; count++)
        await fetch(`http://127.0.0.1:${hub.port}/health`, { headers: { 'x-forwarded-for': '203.0.113.5' } })
      expect(warnings).toEqual([expect.stringContaining('--trusted-proxy')])
    } finally {
      await hub.close()
    }
  })

  it.skipIf(!hasIpv6())('listens at all IPv4 and IPv6 addresses', async () => {
    await withHub({ host: ['0.0.0.0', '::'] }, async (base, port) => {
      expect(await announce(base)).toContain('8:complete')
      expect(await announce(`http://[::1]:${port}`)).toContain('8:complete')
    })
  })

  it('has no more swarms than --max-peers, and limits the peers of an address', async () => {
    await withHub({ maxPeers: 4, trustedProxy: ['127.0.0.1'] }, async base => {
      const ask = async (address: string, torrent: number) => {
        const headers = { 'x-forwarded-for': address }
        const hash = `%0${torrent}`.repeat(20)
        return (await fetch(`${base}/announce?info_hash=${hash}&port=7`, { headers })).text()
      }
      expect(await ask('203.0.113.1', 1)).toContain('8:complete')
      expect(await ask('203.0.113.1', 2)).toContain('Your address has too many peers')
      for (let at = 2; at < 5; at++) expect(await ask(`203.0.113.${at}`, at)).toContain('8:complete')
      for (let at = 5; at < 9; at++) expect(await ask(`203.0.113.${at}`, at)).toContain('The tracker is full')
      expect(await (await fetch(`${base}/stats.json`)).json()).toMatchObject({ swarms: 4, leeches: 4 })
    })
  })

  it('answers STUN at its UDP port, at another one, or not at all', async () => {
    const ports = async (given: Given) => {
      const hub = await startHub({ onlyTracker: true, port: 0, ...given }, NO_LOG)
      await hub.close()
      return [hub.stunPort === null, hub.stunPort === hub.udpPort]
    }
    expect(await ports({})).toEqual([false, true])
    expect(await ports({ stunPort: 0 })).toEqual([false, false])
    expect(await ports({ stunPort: 0, noUdp: true })).toEqual([false, false])
    expect(await ports({ noUdp: true })).toEqual([true, true])
    expect(await ports({ noStun: true, stunPort: 0 })).toEqual([true, false])
  })

  it('takes another port if the one that it was given for TCP is taken for UDP', async () => {
    const taken = Object.assign(new Error('bind EADDRINUSE'), { code: 'EADDRINUSE' })
    const open = vi.spyOn(UdpFront, 'open').mockRejectedValueOnce(taken)
    onTestFinished(() => open.mockRestore())
    const hub = await startHub({ onlyTracker: true, port: 0 }, NO_LOG)
    const [first, second] = open.mock.calls.map(([, { port }]) => port)
    expect(hub).toMatchObject({ port: second, udpPort: second })
    await expect(fetch(`http://127.0.0.1:${first}/health`)).rejects.toThrow()
    await hub.close()
  })

  it('reports that a port is taken', async () => {
    await withHub({}, async (_base, port) => {
      await expect(startHub({ onlyTracker: true, port }, NO_LOG)).rejects.toThrow(`Port ${port} is taken`)
      await expect(startHub({ onlyTracker: true, port: 0, stunPort: port }, NO_LOG)).rejects.toThrow(
        `Port ${port} is taken`,
      )
    })
  })
})
