// A real PDS with its directory of identities, both on loopback. Prints where it is, then serves until stdin ends.
import { createRequire } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'

const cache = process.argv[2]
const entry = createRequire(path.join(cache, 'package.json')).resolve('@atproto/dev-env')
const { TestNetworkNoAppView } = await import(pathToFileURL(entry).href)

const network = await TestNetworkNoAppView.create({
  pds: { rateLimitsEnabled: true, rateLimitBypassKey: 'tests', blobUploadLimit: 5_000_000 },
})
console.log(JSON.stringify({ address: `http://127.0.0.1:${network.pds.port}` }))

process.stdin.resume()
process.stdin.on('end', async () => {
  await network.close().catch(() => {})
  process.exit(0)
})
