import { type NodeStats, TORRENT_STATES } from '@shoal/api'
import type { Family } from '../../kernel/metrics.ts'
import { gauge } from './process-metrics.ts'

export function nodeMetrics(stats: NodeStats): Family[] {
  const { session, allTime, torrents, connections, dhtNodes, disk, indexing } = stats
  const states = { ...Object.fromEntries(TORRENT_STATES.map(state => [state, 0])), ...torrents }
  const disks = (pick: 'freeBytes' | 'totalBytes') =>
    disk.map(each => ({ labels: { directory: each.directory }, value: each[pick] }))
  return [
    gauge('uptime_seconds', 'How long the node has been running.', stats.uptimeSeconds),
    gauge('download_bytes_per_second', 'Payload received per second.', stats.downloadBytesPerSecond),
    gauge('upload_bytes_per_second', 'Payload sent per second.', stats.uploadBytesPerSecond),
    counter('downloaded_bytes_total', 'Payload received since the node started.', session.downloadedBytes),
    counter('uploaded_bytes_total', 'Payload sent since the node started.', session.uploadedBytes),
    counter('all_time_downloaded_bytes_total', 'Payload received over all runs.', allTime.downloadedBytes),
    counter('all_time_uploaded_bytes_total', 'Payload sent over all runs.', allTime.uploadedBytes),
    labelled('torrents', 'Torrents by state.', 'state', states),
    labelled('connections', 'Open connections by transport.', 'transport', connections),
    ...(dhtNodes === null ? [] : [gauge('dht_nodes', "Nodes in the DHT's routing table.", dhtNodes)]),
    { ...gauge('disk_free_bytes', 'Free space where downloads go.', 0), samples: disks('freeBytes') },
    {
      ...gauge('disk_size_bytes', 'Size of the file system where downloads go.', 0),
      samples: disks('totalBytes'),
    },
    gauge('documents_waiting', 'Documents that wait to be indexed for search.', indexing.waiting),
    gauge('documents_indexed', 'Documents whose text can be searched.', indexing.indexed),
  ]
}

function counter(name: string, help: string, value: number): Family {
  return { ...gauge(name, help, value), type: 'counter' }
}

function labelled(
  name: string,
  help: string,
  label: string,
  values: Readonly<Record<string, number>>,
): Family {
  const samples = Object.entries(values).map(([key, value]) => ({ labels: { [label]: key }, value }))
  return { ...gauge(name, help, 0), samples }
}
