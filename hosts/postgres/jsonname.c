/* PostgreSQL's programs export a function json_object of their own, and in a backend that name means
 * theirs. The linker turns our calls of it into these (--wrap=json_object). */
#include "hosts/postgres/jsonname.h"

#include <jansson.h>

json_t *__wrap_json_object(void);

json_t *__wrap_json_object(void) {
  return json_pack("{}");
}

bool ft_json_is_sound(void) {
  json_t *made = json_object(), *read = json_loads("{\"a\":{}}", 0, NULL);
  bool sound = json_is_object(made) && json_is_object(json_object_get(read, "a"));
  json_decref(made);
  json_decref(read);
  return sound;
}
