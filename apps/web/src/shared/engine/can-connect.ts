/**
 * Returns false in a browser that cannot connect to others: the engine's worker needs data channels of the page, which Firefox before 153, say, does
 * not hand over.
 */
export function canConnect(): boolean {
  try {
    const connection = new RTCPeerConnection()
    const channel = connection.createDataChannel('')
    try {
      // Firefox clones none within a window.
      new MessageChannel().port1.postMessage(channel, [channel as unknown as Transferable])
    } finally {
      connection.close()
    }
    return true
  } catch {
    return false
  }
}
