import { statfs } from 'node:fs/promises'

/** Returns the bytes available to users, and the size, of a folder's file system. */
export async function diskSpace(folder: string): Promise<{ freeBytes: number; totalBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}

export async function freeBytes(folder: string): Promise<number> {
  return (await diskSpace(folder)).freeBytes
}
