// Being asked to stop.
#pragma once

namespace jobbro::audit {

// From now on the first SIGINT, the first SIGTERM and the first SIGHUP, unless that is ignored, are
// remembered; a second one ends the process.
// Thread: main, before others start.
void watch_interruption();
// True once asked to stop. Thread: any.
bool is_interrupted();

}  // namespace jobbro::audit
