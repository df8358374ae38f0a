// Being asked to stop.
#pragma once

namespace jobbro::cli {

// From now on SIGINT and SIGTERM are remembered instead of ending the process, and cut short the
// system call they come upon; writing to a closed pipe is an error instead of a signal.
// Thread: main, before others start.
void watch_interruption();
// True once asked to stop. Thread: any.
bool is_interrupted();
// A descriptor that can be read once asked to stop, to be waited for and never read, since the
// signal may come upon another thread than the waiting one; -1 without watch_interruption().
// Thread: any.
int interruption_descriptor();

}  // namespace jobbro::cli
