/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include "term.h"

#define ENTER "\033[?1049h\033[?25l\033[H\033[2J" /* another screen, no cursor */
#define LEAVE "\033[0m\033[?25h\033[?1049l"

enum { SIZE_MAX_SAID = 1000, CTRL_Z = 26 };

static struct termios before, raw;
static volatile sig_atomic_t taken, resized, resumed, ended;

static void out(const char *p, size_t n)
{
	while (n) {
		ssize_t done = write(STDOUT_FILENO, p, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return;
		p += done;
		n -= (size_t)done;
	}
}

/* Only what a signal handler may do. */
void term_close(void)
{
	if (!taken)
		return;
	taken = 0;
	out(LEAVE, sizeof(LEAVE) - 1);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &before);
}

static void on_signal(int signal)
{
	if (signal == SIGWINCH)
		resized = 1;
	else if (signal == SIGCONT)
		resumed = 1;
	else
		ended = 1;
}

/* A fault of ours: the terminal first, then as it would have been. */
static void on_fault(int fault)
{
	term_close();
	signal(fault, SIG_DFL);
	raise(fault);
}

static void catch_signals(void)
{
	static const int asks[] = { SIGWINCH, SIGCONT, SIGINT, SIGTERM, SIGHUP, SIGQUIT },
			 faults[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE };
	struct sigaction act = { .sa_handler = on_signal };

	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		sigaction(asks[i], &act, NULL);
	act.sa_handler = on_fault;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		sigaction(faults[i], &act, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static bool take(void)
{
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw))
		return false;
	taken = 1;
	out(ENTER, sizeof(ENTER) - 1);
	return true;
}

bool term_open(void)
{
	if (!isatty(STDOUT_FILENO) || tcgetattr(STDIN_FILENO, &before))
		return false;
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG); /* Ctrl-C and Ctrl-Z are keys */
	raw.c_cc[VMIN] = 0;
	raw.c_cc[VTIME] = 0;
	catch_signals();
	atexit(term_close);
	return take();
}

/* As the terminal would do it: all of the job stops, and a shell takes over until it lets that go on. */
static void suspend(void)
{
	term_close();
	(void)kill(0, SIGTSTP);
	resumed = 1; /* also where nobody could have let us go on, so that we were not stopped */
}

static unsigned int size_of(unsigned int screen, const char *variable, unsigned int usual)
{
	const char *said = getenv(variable);
	unsigned long n;

	if (screen)
		return screen;
	return said && text_number(said, SIZE_MAX_SAID, &n) && n ? (unsigned int)n : usual;
}

void term_size(unsigned int *columns, unsigned int *lines)
{
	struct winsize w = { .ws_col = 0 };

	(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &w);
	*columns = size_of(w.ws_col, "COLUMNS", 80);
	*lines = size_of(w.ws_row, "LINES", 24);
}

void term_show(const struct strbuf *frame, unsigned int columns, unsigned int lines)
{
	_cleanup_strbuf_ struct strbuf b = { NULL, 0, 0 };
	const char *at = frame->str ? frame->str : "";

	strbuf_add(&b, "\033[H");
	for (unsigned int y = 0; y < lines; y++) {
		size_t n = strcspn(at, "\n"), shown;
		bool marked = *at == TERM_BOLD || *at == TERM_REVERSE;
		const char *text = at + marked;

		shown = n - marked < columns ? n - marked : columns;
		if (marked)
			strbuf_add(&b, *at == TERM_BOLD ? "\033[1m" : "\033[7m");
		strbuf_add_bytes(&b, text, shown);
		if (marked && *at == TERM_REVERSE) /* to the edge */
			strbuf_add(&b, "%*s", (int)(columns - shown), "");
		/* No newline behind the last line: it would scroll. */
		strbuf_add(&b, "\033[0m%s%s", shown < columns ? "\033[K" : "", y + 1 < lines ? "\r\n" : "");
		at += n + (at[n] == '\n');
	}
	out(b.str, b.len);
}

/* Bytes of the key that begins at p: a character, or what follows an escape up to its final byte (ECMA-48, 5.4). */
static ssize_t key_bytes(const unsigned char *p, ssize_t n)
{
	ssize_t i = 2;

	if (p[0] != 0x1b || n < 2)
		return 1;
	if (p[1] != '[')
		return p[1] == 'O' && n > 2 ? 3 : 2;
	while (i < n && (p[i] < 0x40 || p[i] > 0x7e))
		i++;
	return i < n ? i + 1 : n;
}

static int key_of(const unsigned char *p, ssize_t n)
{
	if (p[0] == 3 || p[0] == 4) /* Ctrl-C, Ctrl-D */
		return TERM_END;
	if (p[0] == 0x1b)
		return n > 1 ? TERM_UNKNOWN : 0x1b;
	return p[0] < 0x80 ? p[0] : TERM_UNKNOWN;
}

int term_key(int timeout_ms)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	static unsigned char typed[16];
	static ssize_t have, used;
	int rc = 0;

	if (used >= have) {
		have = used = 0;
		rc = ended || resized || resumed ? 0 : poll(&p, 1, timeout_ms);
		if (ended || (resumed && !take()))
			return TERM_END;
		if (resized || resumed) {
			resized = resumed = 0;
			return TERM_RESIZED;
		}
		if (rc <= 0)
			return TERM_NONE;
		have = read(STDIN_FILENO, typed, sizeof(typed));
		if (have <= 0)
			return TERM_END;
	}
	rc = key_of(typed + used, have - used);
	used += key_bytes(typed + used, have - used);
	if (rc != CTRL_Z)
		return rc;
	suspend();
	return TERM_UNKNOWN;
}
