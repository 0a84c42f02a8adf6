/** The client of a running node. */
import type { NodeApi, NodeEvent, Topic } from '@shoal/api'
import { ApiError } from '@shoal/api/api-error'
import { authorization, type ClientOptions, connectNode, createApi, readAnswer } from '@shoal/api/client'
import { Failure } from '@shoal/daemon/failure'
import { UsageError } from '@shoal/options'
import { CommandFailure, explainFailure } from '../failure.ts'
import { texts } from '../texts.ts'
import { findNode, type NodeAddress, noNodeHere } from './address.ts'
import type { NodeOptions } from './node-options.ts'

export interface NodeClient {
  readonly address: NodeAddress
  readonly api: NodeApi
  /** The .torrent file of a torrent. */
  readMetainfo(id: string): Promise<Uint8Array>
  /**
   * Yields the node's events, `hello` first. Ends when the signal aborts; throws `unreachable` when
   * the node stops.
   */
  events(topics: readonly Topic[], options: { signal: AbortSignal }): AsyncGenerator<NodeEvent>
}

/**
 * Finds the node. Sends nothing yet, except for a login with this device's key if no credentials
 * are given for a node on another machine. Rejects with `no-node`, `unauthorized` or UsageError.
 */
export async function openNode(given: NodeOptions, signal: AbortSignal): Promise<NodeClient> {
  const address = await findNode(given)
  if (address.dataDir !== null || address.credentials !== null) return createClient(address, signal)
  const { loginWithDevice, terminalKeyFile } = await import('./device-login.ts')
  const token = await loginWithDevice(address.url, signal)
  return createClient(
    token === null ? address : { ...address, token, credentials: terminalKeyFile() },
    signal,
  )
}

/** Calls end when the signal aborts. */
function createClient(address: NodeAddress, signal: AbortSignal): NodeClient {
  const options: ClientOptions = {
    url: address.url,
    ...(address.token !== null && { token: address.token }),
    ...(address.password && { password: address.password }),
  }
  return {
    address,
    api: withReasons(connectNode(options), address, signal),
    async readMetainfo(id) {
      const { BYTE_ROUTES } = await import('@shoal/api')
      const target = `${address.url}${BYTE_ROUTES.getMetainfo.path.replace('{id}', id)}`
      try {
        const response = await fetch(target, { headers: authorization(options), signal })
        if (!response.ok) await readAnswer(response)
        return new Uint8Array(await response.arrayBuffer())
      } catch (error) {
        if (error instanceof ApiError) throw reason(error, address)
        throw new CommandFailure('unreachable', texts.connection.noAnswer({ url: address.url }), {
          cause: error,
        })
      }
    },
    async *events(topics, { signal }) {
      // Lazy: checks events with the schemas of the contract, which few commands need.
      const { readEvents } = await import('./event-stream.ts')
      const target = `${address.url}/api/events?topics=${encodeURIComponent(topics.join(','))}`
      try {
        const response = await fetch(target, {
          headers: { accept: 'text/event-stream', ...authorization(options) },
          signal,
        })
        if (!response.ok || !response.body) await readAnswer(response)
        yield* readEvents(response.body!)
        if (!signal.aborted) throw new CommandFailure('unreachable', texts.connection.stopped)
      } catch (error) {
        if (signal.aborted) return
        if (error instanceof Failure || error instanceof ApiError) throw reason(error, address)
        throw new CommandFailure('unreachable', texts.connection.gone({ url: address.url }), { cause: error })
      }
    },
  }
}

/** Replaces errors of calls by ones with instructions for the command line. */
function withReasons(api: NodeApi, address: NodeAddress, usual: AbortSignal): NodeApi {
  return createApi((name, input, { signal = usual } = {}) =>
    api[name](input as never, { signal }).catch(error => {
      throw reason(error, address)
    }),
  )
}

function reason(error: unknown, address: NodeAddress): unknown {
  if (!(error instanceof ApiError)) return error
  const { url, dataDir, credentials } = address
  if (error.code === 'unreachable')
    return dataDir === null
      ? new CommandFailure('unreachable', texts.connection.noAnswer({ url }))
      : noNodeHere(dataDir, undefined)
  if (error.status === 401)
    return new CommandFailure(
      'unauthorized',
      credentials === null
        ? texts.connection.needsLogin({ url })
        : texts.connection.wrongLogin({ url, credentials }),
    )
  return error
}

/** Fields that users type as plain words, so their API names would not help. */
const TYPED = /^(source|ids)\b/

/** Makes the call and turns the node's errors about its input into a UsageError. */
export async function asUsage<T>(call: Promise<T>): Promise<T> {
  return call.catch(error => {
    if (!(error instanceof ApiError) || error.status !== 400) throw error
    const { message } = explainFailure(error)
    throw new UsageError(error.field && !TYPED.test(error.field) ? `${error.field}: ${message}` : message)
  })
}
