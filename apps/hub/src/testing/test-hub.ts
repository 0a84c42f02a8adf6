/** Running hubs and their users, for tests. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { connectHub, type HubApi } from '@shoal/hub-api/client'
import { connectDevice, type DeviceClient } from '@shoal/hub-api/device-client'
import { KeyPair } from '@shoal/identity'
import {
  type Device,
  type DeviceHistory,
  newestList,
  signNextDevices,
  writeDeviceHistory,
  writeDeviceText,
} from '@shoal/identity/devices'
import { IpcCarrier, IpcSwitch } from '../cluster/ipc-carrier.ts'
import { channelPort } from '../cluster/testing/channel-port.ts'
import { type Hub, startHub } from '../hub.ts'
import { NO_LOG } from '../kernel/log.ts'
import type { Given } from '../options.ts'
import { type TestDatabase, testDatabase } from './test-database.ts'

export interface TestHub extends AsyncDisposable {
  readonly hubs: readonly Hub[]
  /** Address of each process. */
  readonly urls: readonly string[]
  /** Its data folder. */
  readonly data: string
  /** Opens its stores another time. */
  readonly openStores: TestDatabase['openStores']
  /** The secret of the owner's invitation. */
  readonly invitation: string
  readonly everyone: HubApi
}

/** Starts a hub of one or several connected processes. */
export async function openTestHub(given: Given = {}, processes = 1): Promise<TestHub> {
  const data = await mkdtemp(join(tmpdir(), 'shoal-hub-'))
  const database = await testDatabase(data)
  const ipc = new IpcSwitch()
  const ports: { close(): void }[] = []
  const hubs: Hub[] = []
  for (let number = 1; number <= processes; number++) {
    const { port1, port2 } = new MessageChannel()
    ports.push(port1, port2)
    ipc.add(number, channelPort(port2))
    const carrier = processes === 1 ? null : new IpcCarrier(number, channelPort(port1))
    const place = { carrier, sharesPorts: false, hasStunPort: false, isFirst: number === 1 }
    hubs.push(
      await startHub({ port: 0, noUdp: true, data, ...database.given, ...given }, NO_LOG, async () => place),
    )
  }
  const urls = hubs.map(({ port }) => `http://127.0.0.1:${port}`)
  return {
    hubs,
    urls,
    data,
    openStores: options => database.openStores(options),
    invitation: hubs[0]!.ownerLink?.split('=')[1] ?? '',
    everyone: connectHub({ url: urls[0]! }),
    async [Symbol.asyncDispose]() {
      for (const hub of hubs) await hub.close()
      for (const port of ports) port.close()
      await rm(data, { recursive: true })
    },
  }
}

interface TestDevice {
  readonly login: KeyPair
  readonly device: Device
}

/** A person with devices. */
export class TestPerson {
  readonly root = KeyPair.generate()
  readonly #successor = KeyPair.generate()
  history: DeviceHistory | null = null

  get did(): string {
    return this.root.did
  }

  /** Returns a device that is in no list. */
  device(name = 'Laptop'): TestDevice {
    const login = KeyPair.generate()
    const messageKey = KeyPair.generate().publicKey
    const added = unixSeconds()
    return { login, device: { name, kind: 'node', loginKey: login.publicKey, messageKey, added } }
  }

  /** Signs a list of these devices. `at`: Unix time in seconds. */
  sign(devices: readonly TestDevice[], at = unixSeconds()): readonly string[] {
    const next = { devices: devices.map(({ device }) => device), unixSeconds: at }
    const first = this.history ? {} : { successor: this.#successor.publicKey }
    this.history = signNextDevices(this.history, { ...next, ...first }, this.root)
    return this.lists
  }

  get lists(): readonly string[] {
    return this.history ? writeDeviceHistory(this.history).lists : []
  }

  get newest() {
    return newestList(this.history!)
  }

  connect(url: string, { login, device }: TestDevice, person = this.did): DeviceClient {
    return connectDevice({
      ...{ url, person, device: login, description: writeDeviceText(device) },
      lists: () => this.lists,
    })
  }
}

function unixSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** Returns a person who has joined with one device. */
export async function joined(
  url: string,
  { name = '', invitation }: { name?: string; invitation?: string } = {},
) {
  const person = new TestPerson()
  const device = person.device()
  person.sign([device])
  const client = person.connect(url, device)
  await client.join({ name, ...(invitation !== undefined && { invitation }) })
  return { person, device, client, api: client.api, did: person.did }
}
