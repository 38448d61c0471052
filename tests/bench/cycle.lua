-- Asks for the addresses of a file in turn; a line is a path, and after a tab the mark for If-None-Match.
local requests, at = {}, 0
local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("number", threads)
end

function init(arguments)
  for line in io.lines(arguments[1]) do
    local path, mark = line:match("^([^\t]*)\t?(.*)$")
    local headers = {}
    if mark ~= "" then headers["If-None-Match"] = mark end
    requests[#requests + 1] = wrk.format("GET", path, headers)
  end
  -- The threads do not walk in step.
  at = math.floor(#requests / 2) * (number - 1)
end

function request()
  at = at % #requests + 1
  return requests[at]
end
