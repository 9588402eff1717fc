// Makes the fuzzer's first inputs of the requests that were recorded of real SDKs: fuzz/corpus/TARGET/.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const targets = {
  segment: /^(segment|rudder|jitsu)/,
  posthog: /^posthog/,
  posthog_v1: /^posthog/,
  native: /^(segment|rudder|jitsu)/,
  webhook: /^(segment|rudder|jitsu)/,
  json_lines: /^(segment|rudder|jitsu)/,
  unpacking: /./,
}
const put = (target, name, bytes) => {
  mkdirSync(`fuzz/corpus/${target}`, { recursive: true })
  writeFileSync(`fuzz/corpus/${target}/${name}`, bytes)
}
for (const client of readdirSync('testdata/wire')) {
  for (const file of readdirSync(`testdata/wire/${client}`)) {
    const request = JSON.parse(readFileSync(`testdata/wire/${client}/${file}`, 'utf8'))
    const sent = request.body_base64 ? Buffer.from(request.body_base64, 'base64') : Buffer.from(request.body ?? '')
    if (sent.length === 0) continue
    const plain = sent[0] === 0x1f && sent[1] === 0x8b ? gunzipSync(sent) : sent
    for (const [target, clients] of Object.entries(targets)) {
      if (clients.test(client)) put(target, `${client}-${file}`, target === 'unpacking' ? sent : plain)
    }
  }
}
put('csv', 'quoted', 'who,when,what\nann,2024-01-01,"a ""b""\nc"\nbob,2024-01-02T03:04:05+02:00,x\r\n')
put('csv', 'tabs', '1\t20240101\tx\n2\t1704067200\ty')
put('webhook', 'mapping', '{"each":"body.batch","subject":"item.userId","verb":"\'bought\'","at":"1.5e9"}')
put('native', 'event', '{"events":[{"id":"1","subject":{"kind":"user","id":"u"},"verb":"bought","object":{"kind":"product","id":"p"}}]}')
