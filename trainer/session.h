/* One job: read its frames, train, answer with an artifact or an error. */
#ifndef FORETELL_TRAINER_SESSION_H
#define FORETELL_TRAINER_SESSION_H

/* The exit status: 0 when the artifact was sent, 1 when an error was, 2 when nobody listens. */
int ft_session_run(int input, int output);

#endif
