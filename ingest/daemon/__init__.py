"""Call the pipeline on time, for years, without attention.

When a feed is due stands in the archive, not here: a few jobs ask for what is due, never one job per feed.

daemon      what is opened, which jobs run, a new configuration, the end
timetable   when the jobs run; the only module that knows APScheduler
rounds      claim what is due, visit it, finish what is in hand
choice      which of the due feeds to take now: no host in the way of others, catching up at a measured pace
pulse       does polling move?
clockwatch  has somebody set the clock?
reloading   has feeds.yaml changed?
repairs     gaps, as soon as they open
reconciling what outlets list of themselves, once a day
pushes      hubs that tell us what is new (WebSub)
alarm       what needs a person, told once
upkeep      backups and care of the archive
watching    the line, timed and weighed
aside       what takes long, in a thread that keeps nobody from ending
"""

from ingest.daemon.daemon import Daemon

__all__ = ["Daemon"]
