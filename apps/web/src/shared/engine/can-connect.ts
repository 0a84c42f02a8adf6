/**
 * Returns false if the browser cannot connect to peers: the engine's worker needs data channels of
 * the page, which Firefox before 153, for example, cannot transfer.
 */
export function canConnect(): boolean {
  try {
    const connection = new RTCPeerConnection()
    const channel = connection.createDataChannel('')
    try {
      // Firefox cannot clone data channels within a window.
      new MessageChannel().port1.postMessage(channel, [channel as unknown as Transferable])
    } finally {
      connection.close()
    }
    return true
  } catch {
    return false
  }
}
