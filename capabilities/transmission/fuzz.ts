export const transmission = {
  parsers: [
    {
      name: 'transmission-trackers',
      file: 'capabilities/transmission/node/trackers.ts',
      export: 'parseTrackerList',
      takes: 'utf8',
      format: 'text',
      throws: [],
      maxBytes: 16384,
    },
  ],
} as const
