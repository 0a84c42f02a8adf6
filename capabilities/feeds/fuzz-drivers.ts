import { parseFeed } from './node/parse-feed.ts'

export const DRIVERS = {
  feed: { run: (text: string) => parseFeed(text, new URL('https://feeds.example/rss.xml'), false) },
}
