/** Pages have neither ports nor uTP. A transport that an embedder adds keeps its port. */
export async function rebind(): Promise<boolean> {
  return false
}

export async function turnUtp(): Promise<void> {}

export async function announcePort(): Promise<void> {}
