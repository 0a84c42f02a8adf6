import { describe, expect, it } from 'vitest'
import type { PortMapping, PortMappingMethod } from './port-mapping.ts'
import { FakeRouter, MACHINE, ROUTER, type RouterBehavior } from './testing/fake-router.ts'

const BOTH = [`tcp 6881 > ${MACHINE}:6881`, `udp 6881 > ${MACHINE}:6881`]
const NO_UPNP = { upnp: false }
const UPNP_ONLY = { pcp: false, natPmp: false }
const isMapped = (mappings: readonly PortMapping[]) =>
  mappings.length > 0 && mappings.every(({ externalPort, problem }) => externalPort !== null && !problem)

/** A router with a mapper that has mapped its ports. */
async function mappedBy(behavior: RouterBehavior) {
  const router = await FakeRouter.start(behavior)
  const mapper = router.open()
  await router.until(mapper, isMapped)
  return { router, mapper }
}

describe.each<[PortMappingMethod, RouterBehavior]>([
  ['pcp', {}],
  ['nat-pmp', { pcp: false }],
  ['upnp', UPNP_ONLY],
  ['upnp', { ...UPNP_ONLY, igd: 1 }],
])('by %s (%j)', (method, behavior) => {
  it('maps both ports, tells where they are, and removes them when it is closed', async () => {
    const { router, mapper } = await mappedBy(behavior)
    expect(mapper.status.mappings[0]).toMatchObject({
      transport: 'tcp',
      method,
      router: ROUTER,
      internalAddress: MACHINE,
      externalAddress: '80.1.2.3',
      externalPort: 6881,
      problem: null,
    })
    expect(mapper.status.mappings[0]!.expiresMs! - router.clock.unixMs()).toBeGreaterThan(3_500_000)
    expect(mapper.endpoints.map(({ transport, address, port }) => [transport, address, port])).toEqual([
      ['tcp', '80.1.2.3', 6881],
      ['udp', '80.1.2.3', 6881],
    ])
    expect(router.mapped).toEqual(BOTH)
    await router.close(mapper)
    expect(router.mapped).toEqual([])
    expect(router.clock.pending).toBe(0)
    expect(router.datagrams.openPorts(MACHINE)).toEqual([])
  })

  it('renews the mappings before they end, for days', async () => {
    const { router, mapper } = await mappedBy({ ...behavior, maxLifetime: 600 })
    for (let hour = 0; hour < 48; hour++) {
      await router.clock.advance(3_600_000)
      expect(router.mapped).toEqual(BOTH)
    }
    await router.close(mapper)
  })

  it('maps again within seconds when the router announces that it started again', async () => {
    const { router, mapper } = await mappedBy(behavior)
    await router.clock.advance(60_000)
    await router.restart()
    expect(router.mapped).toEqual([])
    await router.clock.advance(6000)
    expect(router.mapped).toEqual(BOTH)
    await router.close(mapper)
  })

  it('survives a router that is off for an hour', async () => {
    const { router, mapper } = await mappedBy({ ...behavior, maxLifetime: 600 })
    router.isOn = false
    await router.restart({ announce: false })
    await router.clock.advance(3_600_000 + 700_000)
    expect(mapper.status).toMatchObject({ problem: { code: 'no-answer' } })
    expect(mapper.endpoints).toEqual([])
    router.isOn = true
    mapper.networkChanged()
    await router.until(mapper, isMapped)
    expect(router.mapped).toEqual(BOTH)
    await router.close(mapper)
  })

  it('tells a new external address at the next renewal', async () => {
    const { router, mapper } = await mappedBy(behavior)
    router.behavior.externalAddress = '80.9.9.9'
    await router.until(mapper, ([tcp]) => tcp!.externalAddress === '80.9.9.9', 3_600_000)
    await router.close(mapper)
  })

  it('takes another port if that one belongs to another machine, the same for TCP and UDP if it can', async () => {
    const router = await FakeRouter.start(behavior)
    for (const transport of ['tcp', 'udp'])
      router.entries.set(`${transport} 6881`, {
        client: '192.168.1.9',
        internalPort: 6881,
        expiresMs: Number.POSITIVE_INFINITY,
      })
    const mapper = router.open()
    const [tcp, udp] = await router.until(mapper, isMapped)
    expect(tcp!.externalPort).not.toBe(6881)
    expect(udp!.externalPort).toBe(tcp!.externalPort)
    await router.close(mapper)
    expect(router.mapped).toEqual(['tcp 6881 > 192.168.1.9:6881', 'udp 6881 > 192.168.1.9:6881'])
  })

  it('moves the mappings to other ports', async () => {
    const { router, mapper } = await mappedBy(behavior)
    mapper.setPorts({ tcp: 7000, udp: 0 })
    await router.until(mapper, ([tcp]) => tcp?.internalPort === 7000 && tcp.externalPort === 7000)
    expect(router.mapped).toEqual([`tcp 7000 > ${MACHINE}:7000`])
    await router.close(mapper)
  })

  it('follows a changed address of the machine', async () => {
    const { router, mapper } = await mappedBy(behavior)
    router.machine = '192.168.1.77'
    mapper.networkChanged()
    await router.until(
      mapper,
      ([tcp]) => tcp?.internalAddress === '192.168.1.77' && tcp.externalPort !== null,
    )
    expect(router.mapped).toContainEqual(expect.stringMatching(/^tcp \d+ > 192\.168\.1\.77:6881$/))
    await router.close(mapper)
  })

  it('reports a router that refuses', async () => {
    const router = await FakeRouter.start({ ...behavior, refuses: true })
    const mapper = router.open()
    await router.until(mapper, () => true)
    expect(mapper.status.problem).toMatchObject({ code: 'refused', message: expect.stringContaining('6881') })
    await router.close(mapper)
  })
})

describe('an external address that nobody reaches', () => {
  it.each([
    ['100.64.3.4', 'carrier-nat'],
    ['192.168.0.5', 'double-nat'],
    ['0.0.0.0', 'router-error'],
  ])('%s is reported as %s', async (externalAddress, code) => {
    const router = await FakeRouter.start({ externalAddress })
    const mapper = router.open()
    await router.until(mapper, ([tcp]) => tcp!.externalPort === 6881)
    expect(mapper.status.problem?.code).toBe(code)
    expect(mapper.endpoints).toEqual([])
    await router.close(mapper)
  })
})

describe('a router', () => {
  it('is asked for a permanent lease if it grants no other, which is looked after', async () => {
    const { router, mapper } = await mappedBy({ ...UPNP_ONLY, permanentOnly: true })
    expect(mapper.status.mappings[0]).toMatchObject({ expiresMs: null })
    await router.restart({ announce: false })
    await router.clock.advance(45 * 60_000)
    expect(router.mapped).toEqual(BOTH)
    await router.close(mapper)
    expect(router.mapped).toEqual([])
  })

  it('that overwrites mappings of other machines is not asked to', async () => {
    const router = await FakeRouter.start({ ...UPNP_ONLY, igd: 1, overwrites: true })
    router.entries.set('tcp 6881', {
      client: '192.168.1.9',
      internalPort: 1,
      expiresMs: Number.POSITIVE_INFINITY,
    })
    const mapper = router.open()
    await router.until(mapper, isMapped)
    expect(router.mapped).toContain('tcp 6881 > 192.168.1.9:1')
    await router.close(mapper)
  })

  it('that allows only equal ports is not asked without end', async () => {
    const router = await FakeRouter.start({ ...UPNP_ONLY, igd: 1, samePorts: true })
    router.entries.set('tcp 6881', {
      client: '192.168.1.9',
      internalPort: 1,
      expiresMs: Number.POSITIVE_INFINITY,
    })
    const mapper = router.open()
    await router.until(mapper, () => true)
    expect(mapper.status.problem?.code).toBe('port-taken')
    expect(router.requests.filter(name => name === 'AddPortMapping').length).toBeLessThan(8)
    await router.close(mapper)
  })

  it('that answers nothing is asked again, less and less often', async () => {
    const router = await FakeRouter.start({ pcp: false, natPmp: false, upnp: false })
    const mapper = router.open()
    await router.until(mapper, () => true)
    expect(mapper.status.problem).toMatchObject({
      code: 'no-answer',
      message: expect.stringContaining('UPnP'),
    })
    const before = router.datagrams.sentCount
    await router.clock.advance(24 * 3_600_000)
    expect(router.datagrams.sentCount - before).toBeLessThan(5000)
    Object.assign(router.behavior, { natPmp: true })
    await router.until(mapper, isMapped, 30 * 60_000)
    await router.close(mapper)
  })

  it('is not renewed more often because of a flood of announcements', async () => {
    const { router, mapper } = await mappedBy(NO_UPNP)
    const before = router.datagrams.sentCount
    for (let second = 0; second < 60; second++) {
      await router.restart()
      await router.clock.advance(1000)
    }
    expect(router.datagrams.sentCount - before).toBeLessThan(300)
    await router.close(mapper)
  })

  it.each([{}, { pcp: false }])(
    'is not asked all the time if its clock jumps with each answer (%j)',
    async behavior => {
      const { router, mapper } = await mappedBy({ ...NO_UPNP, ...behavior, jumps: true })
      const before = router.datagrams.sentCount
      await router.clock.advance(60_000)
      const count = router.datagrams.sentCount - before
      expect(count).toBeGreaterThan(4)
      expect(count).toBeLessThan(40)
      expect(router.mapped).toEqual(BOTH)
      await router.close(mapper)
      expect(router.clock.pending).toBe(0)
    },
  )

  it('is believed only if it is the one that was asked', async () => {
    const { router, mapper } = await mappedBy(NO_UPNP)
    const before = router.datagrams.sentCount
    const stranger = await router.datagrams.host({ 4: '192.168.1.66' })({ family: 4, port: 0 })
    stranger.send(Uint8Array.of(0, 0x80, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4), '224.0.0.1', 5350)
    await router.clock.advance(20_000)
    expect(router.datagrams.sentCount - before).toBe(1)
    await router.close(mapper)
  })

  it.each(['http://127.0.0.1:8080/', 'http://10.0.0.1/', 'https://192.168.1.1/', 'http://evil.example/'])(
    'cannot make us request %s',
    async location => {
      const router = await FakeRouter.start({ ...UPNP_ONLY, location })
      const mapper = router.open()
      await router.until(mapper, () => true)
      expect(router.requests).toEqual([])
      await router.close(mapper)
    },
  )
})

it('needs no router on a machine that has a public address', async () => {
  const router = await FakeRouter.start({ pcp: false, natPmp: false, upnp: false })
  router.machine = '80.5.6.7'
  const mapper = router.open()
  await router.until(mapper, () => true)
  expect(mapper.status).toMatchObject({ isDirect: true, problem: null })
  await router.close(mapper)
})

it.each([{}, { pcp: false }, { pcp: false, natPmp: false }])(
  'removes a mapping that the router grants while it closes (%j)',
  async behavior => {
    const router = await FakeRouter.start(behavior)
    const mapper = router.open()
    expect(await router.clock.until(() => router.mapped.length > 0, 20_000)).toBe(true)
    expect(mapper.status.mappings.every(({ externalPort }) => externalPort === null)).toBe(true)
    await router.close(mapper)
    expect(router.mapped).toEqual([])
  },
)

it('closes within two seconds at a router that has gone', async () => {
  const { router, mapper } = await mappedBy(NO_UPNP)
  router.isOn = false
  const before = router.clock.nowMs()
  await router.close(mapper)
  expect(router.clock.nowMs() - before).toBeLessThanOrEqual(2000)
})

it('removes its mappings at a router that answers late, if it may take longer', async () => {
  const { router, mapper } = await mappedBy(NO_UPNP)
  router.isOn = false
  let isClosed = false
  void mapper.close(20_000).then(() => {
    isClosed = true
  })
  await router.clock.advance(5000)
  expect([isClosed, router.mapped.length > 0]).toEqual([false, true])
  router.isOn = true
  expect(await router.clock.until(() => isClosed, 20_000)).toBe(true)
  expect(router.mapped).toEqual([])
})

it('maps nothing for a host that the ports are not bound to, or without ports', async () => {
  const router = await FakeRouter.start()
  for (const options of [{ host: '192.168.7.7' }, { ports: { tcp: 0, udp: 0 } }]) {
    const mapper = router.open(options)
    await router.clock.advance(60_000)
    expect(mapper.status.mappings).toEqual([])
    await router.close(mapper)
  }
  expect(router.mapped).toEqual([])
})
