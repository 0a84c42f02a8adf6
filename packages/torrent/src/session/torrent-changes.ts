import type { Selection } from '../swarm/selection.ts'
import { checkedTiers, checkedWebSeed } from './links.ts'
import { mergeOrigins, mergePeers, type NamedPeer, type TorrentOrigin } from './torrent-origin.ts'
import type { TorrentTask } from './torrent-task.ts'

/** What its user changes about a torrent while it is there. */

/** Trackers, web seeds, metadata that somebody who adds it again knows. */
export function merge(task: TorrentTask, more: TorrentOrigin): void {
  const merged = task.isPrivate || task.life.isClosed ? null : mergeOrigins(task.origin, more)
  if (merged) {
    task.origin = merged
    task.announcements.trackersChanged()
    task.webSeeds?.use(merged.webSeeds)
    void task.changed()
  }
  if (more.metainfo) task.learn(more.metainfo)
}

/** They are tried at each start from now on. */
export function keepPeers(task: TorrentTask, peers: readonly NamedPeer[]): void {
  if (peers.length === 0 || task.life.isClosed) return
  task.origin = { ...task.origin, peers: mergePeers(task.origin.peers, peers) }
  void task.changed()
}

export async function select(task: TorrentTask, change: (selection: Selection) => void): Promise<void> {
  const { content } = task
  if (!content) return
  change(content.selection)
  content.recount()
  await content.storage.setWanted(content.selection.wanted())
  task.selectionChanged(content)
  void task.changed()
}

export function setSequential(task: TorrentTask, sequential: boolean): void {
  task.isSequential = sequential
  task.swarm?.transfer?.picker.setSequential(sequential)
  void task.changed()
}

/** The tiers are all the trackers that it has from now on. */
export async function setTrackers(task: TorrentTask, tiers: readonly (readonly string[])[]): Promise<void> {
  task.origin = { ...task.origin, trackers: checkedTiers(tiers), ownTrackers: true }
  task.announcements.trackersChanged()
  await task.changed()
}

export async function addWebSeed(task: TorrentTask, text: string): Promise<void> {
  const { webSeeds } = task.origin
  const url = checkedWebSeed(text, webSeeds)
  if (!webSeeds.includes(url)) await setWebSeeds(task, [...webSeeds, url])
}

export async function removeWebSeed(task: TorrentTask, url: string): Promise<void> {
  const { webSeeds } = task.origin
  if (webSeeds.includes(url))
    await setWebSeeds(
      task,
      webSeeds.filter(each => each !== url),
    )
}

async function setWebSeeds(task: TorrentTask, webSeeds: readonly string[]): Promise<void> {
  task.origin = { ...task.origin, webSeeds, ownWebSeeds: true }
  task.webSeeds?.use(webSeeds)
  task.swarm?.fillAll()
  await task.changed()
}
