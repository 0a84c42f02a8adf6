export const feeds = {
  parsers: [
    {
      name: 'feed',
      file: 'capabilities/feeds/node/parse-feed.ts',
      export: 'parseFeed',
      takes: 'utf8',
      format: 'text',
      throws: ['bad-feed', 'bad-message', 'not-a-feed', 'unsupported'],
      maxBytes: 64 << 10,
    },
  ],
  exceptions: {
    'capabilities/feeds/node/feed-reader.ts#FeedReader': 'schedules feeds, which parseFeed parses',
    'capabilities/feeds/matching.ts#readFilterText': 'reads what the user types into a form',
  },
} as const
