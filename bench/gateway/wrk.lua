-- wrk's part: requests made beforehand, sent in turn; what it measured goes out as one line of JSON.
-- Arguments: file of tokens, method, path, bytes of body.
local requests, turn = {}, 0

function init(args)
  local body = args[4] ~= '0' and string.rep('a', tonumber(args[4])) or nil
  for token in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format(args[2], args[3], { Authorization = 'Bearer ' .. token }, body)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"bytes":%d,"seconds":%f,"wrong":%d,"p50Ms":%f,"p99Ms":%f,"p999Ms":%f}',
    summary.requests, summary.bytes, summary.duration / 1e6,
    errors.connect + errors.read + errors.write + errors.timeout + errors.status,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3))
end
