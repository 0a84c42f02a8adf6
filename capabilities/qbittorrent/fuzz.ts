export const qbittorrent = {
  parsers: [
    {
      ...{ name: 'qbittorrent-form', file: 'capabilities/qbittorrent/node/params.ts', export: 'readParams' },
      ...{ takes: 'bytes', format: 'text', maxBytes: 16384 },
      throws: ['Refusal'],
    },
  ],
} as const
