export const transmission = {
  parsers: [
    {
      name: 'transmission-trackers',
      ...{ file: 'capabilities/transmission/node/trackers.ts', export: 'parseTrackerList' },
      ...{ takes: 'utf8', format: 'text', maxBytes: 16384 },
      throws: [],
    },
  ],
} as const
