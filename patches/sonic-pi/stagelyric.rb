# stagelyric: made by `stagelyric patches export`. Paste into a buffer, or run_file it.

define :lyric do |what, *values|
  osc_send "127.0.0.1", 7744, "/stagelyric/#{what}", *(values.empty? ? [1] : values)
end

# What happens on stage comes back for 60 s after each asking.
live_loop :stagelyric_subscribes do
  osc_send "127.0.0.1", 7744, "/stagelyric/subscribe", 4560
  sleep 20
end

live_loop :cues do
  use_real_time
  text, song, section, number = sync "/osc*/stagelyric/cue"
  puts "#{number}: #{text}"
end

# A line on every other bar:
live_loop :lines do
  lyric :line
  sleep 8
end
