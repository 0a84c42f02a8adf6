import type { CHAT, ChatEvent, ChatPerson, Implemented, NodeApi } from '@shoal/api'
import { createContext, useContext } from 'react'
import type { DroppedFile } from '../../shared/dropped/dropped.ts'
import type { ShownFile } from '../../shared/media/shown-file.ts'

type ChatApi = Pick<NodeApi, keyof Implemented<typeof CHAT>>

/**
 * Everything that the chat screens need from the program around them: the console of a node, or the
 * installed app.
 */
export interface ChatClient {
  readonly api: ChatApi
  /**
   * Calls the listener with every event. If events were lost, calls it with the event of a changed
   * list. Returns a function that unsubscribes.
   */
  listen(listener: (event: ChatEvent) => void): () => void
  /** Persons whom the user can write to without knowing their DID. */
  listPersons(signal: AbortSignal): Promise<readonly Pick<ChatPerson, 'did' | 'name'>[]>
  /** Hubs on which a new conversation can be created. */
  listHubs(signal: AbortSignal): Promise<readonly { readonly url: string; readonly name: string }[]>
  setBlocked(did: string, isBlocked: boolean): Promise<void>
  /** Null if the program shows contacts elsewhere, as the console does. */
  readonly contacts: ChatContacts | null
  readonly shares: ChatShares
}

/** Contacts, names and verified keys of persons: the user's decisions. */
export interface ChatContacts {
  /** Contacts, other known persons, and those about whom the user has decided something. */
  list(signal?: AbortSignal): Promise<readonly ChatContact[]>
  /**
   * Adds a contact by did:key or by a code (`writePersonCode`), which also verifies keys. Rejects
   * with `conflict` if the keys differ.
   */
  add(input: { readonly text: string; readonly name: string | null }): Promise<ChatContact>
  change(
    did: string,
    changes: {
      /** Null: the name from the person's profile. */
      readonly name?: string | null
      readonly isContact?: boolean
      readonly isVerified?: false
      readonly hasAlarms?: false
    },
  ): Promise<void>
  ownCode(signal: AbortSignal): Promise<string>
  /** Returns the words and the code that both users compare. */
  getVerification(
    did: string,
    signal: AbortSignal,
  ): Promise<{ readonly words: readonly string[]; readonly ownCode: string }>
  /**
   * Marks the keys of a person as verified, by the words or by a code. Rejects with `conflict` if
   * they differ.
   */
  verify(did: string, seen: string): Promise<void>
}

export interface ChatContact extends Omit<ChatPerson, 'isSelf'> {
  /** The name that the user gave. */
  readonly given: string | null
  /** Null if the device list is unknown. */
  readonly devices: number | null
  /** When the user verified the keys. */
  readonly verifiedMs: number | null
  readonly alarms: readonly ContactAlarm[]
}

/** See `PersonAlarm` of the chat. */
type ContactAlarm = 'bad' | 'older' | 'forked' | 'changed' | 'rotated' | 'unverified'

/** Handles files and links to shares. A part is null if the program does not support it. */
export interface ChatShares {
  readonly files: FileSharing | null
  readonly downloads: LinkDownloads | null
  /**
   * Opens a link for viewers, which download what they show. Waits until a peer has the content.
   * Resolves to null if it has to be downloaded first.
   */
  readonly open: ((link: string, signal: AbortSignal) => Promise<OpenedFiles | null>) | null
  /**
   * Resolves to the address of a page that opens the link without a node, or to null if there is
   * none.
   */
  pageOf(link: string): Promise<string | null>
}

export interface FileSharing {
  /** Shares files, sealed with a key that only the link contains. Resolves to the link. */
  share(files: readonly DroppedFile[], options: ShareOptions): Promise<string>
  /**
   * Receives the files that are dropped anywhere on the page, until the returned function is
   * called.
   */
  takeDrops(hint: string, take: (files: readonly DroppedFile[]) => void): () => void
  /**
   * Says for how long others can download the files. Null if the program shares them until they are
   * removed.
   */
  readonly hint: string | null
}

export interface LinkDownloads {
  /**
   * Starts to download the content of a link. Resolves to the address of the page that shows it.
   */
  start(link: string): Promise<string>
  /**
   * Calls the listener, now and after each change, with the downloaded part of a content, from 0 to
   * 1, or with null if it is not among the transfers. `ids`: its info hashes. Returns a function
   * that unsubscribes.
   */
  follow(ids: readonly string[], listener: (progress: number | null) => void): () => void
}

export interface OpenedFiles {
  readonly files: readonly ShownFile[]
  /**
   * Saves a file to the disk; called from a click. Null if the browser does that with its address.
   */
  readonly save: ((file: ShownFile) => Promise<void>) | null
  /**
   * Resolves to the reason why a file could not be read completely, or to null if none is known.
   */
  problem(): Promise<string | null>
  close(): void
}

export interface ShareOptions {
  readonly signal: AbortSignal
  /** 0 to 1. */
  onProgress(share: number): void
}

export const ChatClientContext = createContext<ChatClient | null>(null)

export function useChatClient(): ChatClient {
  const client = useContext(ChatClientContext)
  if (!client) throw new Error('useChatClient needs a ChatClientContext above it')
  return client
}
